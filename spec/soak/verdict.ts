/** Whether what a stream did is what it had to do. */
import { OverflowError, PoolClosedError, TooManyFailuresError, WorkerInitError, taskOf } from 'rxjs-parallel';
import { type Log, holdsSource } from './log.ts';
import { type Model, describe, isAboutPool, keyOf } from './model.ts';
import { type StreamPlan, deedOf, mayDrop } from './plan.ts';

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
  if (holdsSource(log)) found.push('it has ended, and not let go of its source');
  const { onError } = plan.options;
  const all = mustBeComplete(plan, log);
  if (onError === 'settle') found.push(...settledProblems(model, log, all));
  else if (plan.ordered) found.push(...orderedProblems(model, log, all));
  else found.push(...unorderedProblems(model, log, all));
  for (const { index, reason } of log.lateFailures) {
    const problem = model.problem({ index, failed: true, value: reason });
    if (problem !== undefined) found.push(problem);
  }
  found.push(...failuresProblems(model, log, all));
  const end = endProblem(model, log, fate);
  return end === undefined ? found : [...found, end];
}

/** Whether it kept to its limits: workers at once, its window, nothing begun after its end. */
export function limitProblems({ plan, pool }: Model, log: Log, mostWorkers: number, begunAfterEnd: number): string[] {
  const found: string[] = [];
  const size = Math.min(pool.size, plan.options.concurrency ?? Infinity);
  if (mostWorkers > size) found.push(`it was in ${mostWorkers} workers at once, at most ${size} allowed`);
  const { maxPending = Infinity, onError, window } = plan.options;
  const pulls = plan.operator === 'parallelMapIterable';
  if (window !== undefined && (plan.ordered || pulls) && onError !== 'skip' && !plan.chained) {
    // The result that an iterator has given is seen a turn later.
    const most = window + (pulls ? 1 : 0);
    if (log.mostOut > most)
      found.push(`${log.mostOut} values were dispatched and not emitted, its window is ${window}`);
    if (log.mostTaken > most) found.push(`${log.mostTaken} values were read and not emitted, its window is ${window}`);
  }
  const dropped =
    mayDrop(plan) && log.end === 'complete' && plan.stop === undefined && log.arrived > log.dispatched.size;
  if (dropped && log.arrived <= maxPending) found.push('it dropped values, though all could wait');
  if (begunAfterEnd > pool.size) found.push(`${begunAfterEnd} of its tasks were begun after its end`);
  return found;
}

/** How many tasks must all have had their outcome; undefined: it ended before that. */
function mustBeComplete(plan: StreamPlan, log: Log): number | undefined {
  if (log.end === 'complete' && log.sourceDone) return log.arrived;
  const drained = log.closed?.drain === true && log.error instanceof PoolClosedError;
  return drained && !plan.chained ? log.closed!.arrived : undefined;
}

const taken = ({ stop }: StreamPlan, log: Log): boolean => stop?.kind === 'take' && log.values.length === stop.after;

/** Whether the value was dispatched, and not dropped where the source was faster. */
const given = (plan: StreamPlan, log: Log, index: number): boolean => !mayDrop(plan) || log.dispatched.has(index);

/** How many of the first `all` values were. */
const givenOf = (plan: StreamPlan, { dispatched }: Log, all: number): number =>
  mayDrop(plan) ? [...dispatched].filter((index) => index < all).length : all;

/** No more failures than there may be; what says that there were has them. */
function failuresProblems(model: Model, { end, error, values }: Log, all: number | undefined): string[] {
  const { plan } = model;
  const { maxFailures = Infinity, onError, timeout } = plan.options;
  const found: string[] = [];
  if (error instanceof TooManyFailuresError && error.errors.length !== maxFailures + 1)
    found.push(`it had too many failures with ${error.errors.length}, and may have ${maxFailures}`);
  let failures = 0;
  if (onError === 'settle') failures = (values as Settled[]).filter(({ status }) => status === 'rejected').length;
  else if (
    onError === 'skip' &&
    end === 'complete' &&
    !mayDrop(plan) &&
    plan.stop === undefined &&
    timeout === undefined
  )
    for (let index = 0; index < (all ?? 0); index++) if (model.valueKey(index) === undefined) failures++;
  if (failures > maxFailures) found.push(`${failures} tasks have failed, and ${maxFailures} may`);
  return found;
}

/** Every input once, in order where it has to be. */
function settledProblems(model: Model, log: Log, all: number | undefined): string[] {
  const { plan } = model;
  const { values } = log;
  const found: string[] = [];
  const seen = new Set<number>();
  const order = mayDrop(plan) ? [...log.dispatched].sort((a, b) => a - b) : undefined;
  for (const [at, { index, reason, status, value }] of (values as Settled[]).entries()) {
    if (seen.has(index)) found.push(`task ${index} has two outcomes`);
    seen.add(index);
    if (plan.ordered && index !== (order === undefined ? at : order[at]))
      found.push(`result ${at} is that of task ${index}`);
    const failed = status === 'rejected';
    const problem = isAboutPool(reason)
      ? `task ${index} is settled with ${describe(reason)}`
      : model.problem({ index, failed, value: failed ? reason : value });
    if (problem !== undefined) found.push(problem);
  }
  const due = all === undefined || taken(plan, log) ? seen.size : givenOf(plan, log, all);
  if (seen.size !== due) found.push(`${seen.size} outcomes of ${due} values`);
  return found;
}

/** Values in source order, complete but for those of tasks that may fail under `onError: 'skip'`. */
function orderedProblems(model: Model, log: Log, all: number | undefined): string[] {
  const { plan } = model;
  const skips = plan.options.onError === 'skip';
  const tasks: { index: number; key: string | undefined; must: boolean }[] = [];
  for (let index = 0; index < log.arrived; index++)
    if (given(plan, log, index))
      tasks.push({ index, key: model.valueKey(index), must: !skips || model.mustSucceed(index) });
  // Where the next value is that may not be missing.
  const barriers = Array<number>(tasks.length + 1).fill(tasks.length);
  for (let at = tasks.length - 1; at >= 0; at--) barriers[at] = tasks[at]!.must ? at : barriers[at + 1]!;
  // Equal values may stand for different tasks: from these the next may be reached. One before each barrier is enough.
  let starts = [0];
  for (const [nth, value] of log.values.entries()) {
    const key = keyOf(value);
    const after = new Map<number, number>();
    const reached = (at: number): void => {
      const barrier = barriers[at + 1]!;
      after.set(barrier, Math.min(after.get(barrier) ?? Infinity, at + 1));
    };
    for (const start of starts) {
      const barrier = barriers[start]!;
      let at = start;
      while (at < barrier && tasks[at]!.key !== key) at++;
      if (at < barrier) reached(at);
      if (tasks[barrier]?.key === key) reached(barrier);
    }
    if (after.size === 0) {
      const due = starts.map((start) => tasks[start]).filter((task) => task !== undefined);
      const names = due.map((task) => `${task.index} (${task.key ?? 'an error'})`);
      return [`result ${nth} is ${key}, where task ${names.join(' or ')} was next`];
    }
    starts = [...after.values()];
  }
  if (all === undefined || taken(plan, log)) return [];
  const due = tasks.filter(({ index }) => index < all).length;
  return starts.some((start) => barriers[start]! >= due)
    ? []
    : [`${log.values.length} results of ${due} values: some are missing`];
}

/** The right values, in any order, none twice. */
function unorderedProblems(model: Model, log: Log, all: number | undefined): string[] {
  const { plan } = model;
  const { values } = log;
  const may = new Map<string, number>();
  const must = new Map<string, number>();
  const skips = plan.options.onError === 'skip';
  for (let index = 0; index < log.arrived; index++) {
    const key = model.valueKey(index);
    if (key === undefined || !given(plan, log, index)) continue;
    may.set(key, (may.get(key) ?? 0) + 1);
    if (all !== undefined && index < all && (!skips || model.mustSucceed(index)))
      must.set(key, (must.get(key) ?? 0) + 1);
  }
  const got = new Map<string, number>();
  for (const value of values) got.set(keyOf(value), (got.get(keyOf(value)) ?? 0) + 1);
  const found: string[] = [];
  for (const [key, count] of got)
    if (count > (may.get(key) ?? 0)) found.push(`${count} results are ${key}, at most ${may.get(key) ?? 0} may be`);
  if (all === undefined || taken(plan, log)) return found;
  for (const [key, count] of must)
    if ((got.get(key) ?? 0) < count) found.push(`${got.get(key) ?? 0} results are ${key}, at least ${count} must be`);
  const due = givenOf(plan, log, all);
  if (!skips && values.length !== due) found.push(`${values.length} results of ${due} values`);
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
  if (error instanceof OverflowError) {
    const { maxPending = Infinity, overflow = 'error' } = plan.options;
    return overflow === 'error' && log.arrived > maxPending ? undefined : 'it overflowed, and had no reason to';
  }
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
  if (error instanceof TooManyFailuresError)
    return plan.options.maxFailures === undefined ? `it ended with ${describe(error)}` : undefined;
  // An error of the program ends it in every mode.
  if (error instanceof TypeError && error.message.includes('must return a call'))
    return deedOf(plan, taskOf(error)?.index ?? -1) === 'noCall' ? undefined : `it ended with ${describe(error)}`;
  if (plan.options.onError === 'settle' || plan.options.onError === 'skip') return `it ended with ${describe(error)}`;
  return failureProblem(model, log);
}

/** It ended with what is a task's error: which task's? */
function failureProblem(model: Model, log: Log): string | undefined {
  const { plan } = model;
  const { arrived, error } = log;
  // The number of the task whose turn it is.
  const emitted = mayDrop(plan) ? [...log.dispatched].sort((a, b) => a - b)[log.values.length]! : log.values.length;
  const exact = plan.ordered && plan.options.errorTiming !== 'immediate' && !plan.chained;
  const index = taskOf(error)?.index;
  // It may have died, or been late, between its value, the last of many, and its end.
  const gave = plan.many && index === emitted - 1;
  if (exact && index !== undefined && index !== emitted && !gave)
    return `it ended with the error of task ${index} after ${emitted} results: ${describe(error)}`;
  const candidates = index !== undefined ? [index] : exact ? [emitted] : Array.from({ length: arrived }, (_, at) => at);
  const problems = candidates.map((candidate) => model.problem({ index: candidate, failed: true, value: error }));
  return problems.includes(undefined) ? undefined : problems[0];
}
