/** Whether what a stream did is what it had to do. */
import { PoolClosedError, WorkerInitError, taskOf } from 'rxjs-parallel';
import type { Log } from './log.ts';
import { type Model, describe, isAboutPool, keyOf } from './model.ts';
import type { StreamPlan } from './plan.ts';

/** What befell the pool of a stream. */
export interface Fate {
  /** Workers that ended before the pool was closed. */
  readonly deaths: number;
  readonly assaults: number;
  readonly badStarts: number;
}

interface Settled {
  readonly status: string;
  readonly index: number;
  readonly value?: unknown;
  readonly reason?: unknown;
}

export function verdict(model: Model, log: Log, fate: Fate): string[] {
  const { plan } = model;
  const found = [...log.differences];
  if (log.end === undefined) return [...found, `it hangs after ${log.values.length} results of ${log.arrived} values`];
  if (log.subscribed && log.arrived + Number(log.sourceDone) + Number(log.sourceFailed) > 0 && !log.released)
    found.push('it has ended, and not let go of its source');
  const { onError } = plan.options;
  const all = mustBeComplete(plan, log);
  if (onError === 'settle') found.push(...settledProblems(model, log, all));
  else if (plan.operator === 'parallelMap') found.push(...orderedProblems(model, log, all));
  else found.push(...unorderedProblems(model, log, all));
  const end = endProblem(model, log, fate);
  return end === undefined ? found : [...found, end];
}

/** How many tasks must all have had their outcome; undefined: it ended before that. */
function mustBeComplete(plan: StreamPlan, log: Log): number | undefined {
  if (log.end === 'complete' && log.sourceDone) return log.arrived;
  const drained = log.closed?.drain === true && log.error instanceof PoolClosedError;
  return drained && !plan.chained ? log.closed!.arrived : undefined;
}

const taken = ({ stop }: StreamPlan, log: Log): boolean => stop?.kind === 'take' && log.values.length === stop.after;

/** Every input once, in order where it has to be. */
function settledProblems(model: Model, { values }: Log, all: number | undefined): string[] {
  const found: string[] = [];
  const seen = new Set<number>();
  for (const [at, { index, reason, status, value }] of (values as Settled[]).entries()) {
    if (seen.has(index)) found.push(`task ${index} has two outcomes`);
    seen.add(index);
    if (model.plan.operator === 'parallelMap' && index !== at) found.push(`result ${at} is that of task ${index}`);
    const failed = status === 'rejected';
    const problem = isAboutPool(reason)
      ? `task ${index} is settled with ${describe(reason)}`
      : model.problem({ index, failed, value: failed ? reason : value });
    if (problem !== undefined) found.push(problem);
  }
  if (all !== undefined && seen.size !== all && !taken(model.plan, { values } as Log))
    found.push(`${seen.size} outcomes of ${all} values`);
  return found;
}

/** Values in source order, none left out but those of tasks that may fail under `onError: 'skip'`. */
function orderedProblems(model: Model, { values, ...log }: Log, all: number | undefined): string[] {
  const { plan } = model;
  const skips = plan.options.onError === 'skip';
  // Equal values may stand for different tasks: these are the tasks that may be next.
  let next = new Set([0]);
  for (const [at, value] of values.entries()) {
    const key = keyOf(value);
    const after = new Set<number>();
    for (const start of next)
      for (let index = start; index < log.arrived; index++) {
        if (model.valueKey(index) === key) after.add(index + 1);
        if (!skips || model.mustSucceed(index)) break;
      }
    if (after.size === 0)
      return [
        `result ${at} is ${key}, where task ${[...next].join(' or ')} was next, which gives ${[...next].map((index) => model.valueKey(index) ?? 'an error').join(' or ')}`,
      ];
    next = after;
  }
  if (all === undefined || taken(plan, { values } as Log)) return [];
  const ends = [...next].some((start) => {
    for (let index = start; index < all; index++) if (!skips || model.mustSucceed(index)) return false;
    return true;
  });
  return ends ? [] : [`${values.length} results of ${all} values: some are missing`];
}

/** The right values, in any order, none twice. */
function unorderedProblems(model: Model, { values, ...log }: Log, all: number | undefined): string[] {
  const may = new Map<string, number>();
  const must = new Map<string, number>();
  const skips = model.plan.options.onError === 'skip';
  for (let index = 0; index < log.arrived; index++) {
    const key = model.valueKey(index);
    if (key === undefined) continue;
    may.set(key, (may.get(key) ?? 0) + 1);
    if (all !== undefined && index < all && (!skips || model.mustSucceed(index)))
      must.set(key, (must.get(key) ?? 0) + 1);
  }
  const got = new Map<string, number>();
  for (const value of values) got.set(keyOf(value), (got.get(keyOf(value)) ?? 0) + 1);
  const found: string[] = [];
  for (const [key, count] of got)
    if (count > (may.get(key) ?? 0)) found.push(`${count} results are ${key}, at most ${may.get(key) ?? 0} may be`);
  if (!taken(model.plan, { values } as Log))
    for (const [key, count] of must)
      if ((got.get(key) ?? 0) < count) found.push(`${got.get(key) ?? 0} results are ${key}, at least ${count} must be`);
  if (all !== undefined && !skips && values.length !== all && !taken(model.plan, { values } as Log))
    found.push(`${values.length} results of ${all} values`);
  return found;
}

/** Whether it ended as it had to. */
function endProblem(model: Model, log: Log, fate: Fate): string | undefined {
  const { plan, pool } = model;
  const { error } = log;
  if (log.end === 'left') return undefined;
  if (log.end === 'complete') {
    if (log.sourceDone || taken(plan, log)) return undefined;
    return 'it completed, though its source did not';
  }
  if (error === log.sourceError)
    return log.sourceFailed ? undefined : 'it has an error of its source that the source did not raise';
  if (error === log.abortReason) return log.aborted ? undefined : 'it was aborted by nobody';
  if (error instanceof PoolClosedError) {
    if (log.closed === undefined) return 'its pool is said to be closed, and was not';
    return log.closed.sourceDone && log.closed.drain && !plan.chained
      ? 'its pool drained, and its source had completed: it should have completed too'
      : undefined;
  }
  if (error instanceof WorkerInitError) {
    const allowed =
      pool.kind === 'leased' ? fate.deaths >= pool.size || fate.assaults >= 3 : fate.assaults + fate.badStarts >= 3;
    return allowed
      ? undefined
      : `it ended with ${describe(error)} after ${fate.deaths} deaths, ${fate.assaults} assaults`;
  }
  if (plan.options.onError === 'settle' || plan.options.onError === 'skip') return `it ended with ${describe(error)}`;
  return failureProblem(model, log);
}

/** It ended with what is a task's error: which task's? */
function failureProblem(model: Model, { arrived, error, values }: Log): string | undefined {
  const { plan } = model;
  const emitted = values.length;
  const exact = plan.operator === 'parallelMap' && plan.options.errorTiming !== 'immediate' && !plan.chained;
  const index = taskOf(error)?.index;
  if (exact && index !== undefined && index !== emitted)
    return `it ended with the error of task ${index} after ${emitted} results: ${describe(error)}`;
  const candidates = index !== undefined ? [index] : exact ? [emitted] : Array.from({ length: arrived }, (_, at) => at);
  const problems = candidates.map((candidate) => model.problem({ index: candidate, failed: true, value: error }));
  return problems.includes(undefined) ? undefined : problems[0];
}
