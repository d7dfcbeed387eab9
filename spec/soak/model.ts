/**
 * The model: what a round must come to, whatever the threads do when. This file says it of each task; `verdict.ts` holds
 * a stream to it.
 *
 * - A task comes to one outcome, that of its deed (`dues`), and was begun once. It may time out, not before its time,
 *   where its stream has a `timeout`. It may die of what it has not done where workers are terminated from outside or
 *   another's stray error ends them (`inDanger`), no more tasks than there were such faults. It runs again where
 *   `crashRetries` says so and its input was not moved, where it failed and `retry` says so, and where its end was lost with
 *   a worker out of memory; not once it has given a value, of many.
 * - A stream in order gives the values of its tasks in the order of its source, as they are dispatched; another gives the
 *   same, each once, in any order. With `'settle'` every input has its outcome, with `'skip'` only failures are left out,
 *   and values that overflow may be where its options say so.
 * - It completes if its source has and everything was given; else it ends with the first task's error, its source's, the
 *   reason of its abort, `OverflowError`, `PoolClosedError` where its pool was closed, `WorkerInitError` where as many
 *   workers failed as it takes. It always ends, once, lets go of its source, and begins nothing more.
 * - It is in no more workers at once than `concurrency` and its pool's size allow, and keeps to its window.
 * - When all streams have ended, the pool is idle and closes, and no thread, warning, or unhandled rejection remains.
 */
import {
  CloneError,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashedError,
  WorkerInitError,
  taskOf,
} from 'rxjs-parallel';
import { type Deed, SoakError, falsy } from './deeds.ts';
import type { Ledger } from './ledger.ts';
import { type PoolPlan, type StreamPlan, badLuckOf, codeOf, deedOf, fillersOf, sizeOf, triesOf } from './plan.ts';

type Expected = { readonly value: unknown } | { readonly error: (error: unknown) => boolean };

/** A text that distinguishes this value from others. */
export function keyOf(value: unknown): string {
  if (value instanceof Uint32Array) return `${value.length} bytes from ${value[0]} to ${value.at(-1)}`;
  if (value instanceof Map) return `a map of ${String([...value])}`;
  if (typeof value === 'object' && value !== null)
    return 'code' in value
      ? `an object with the code ${String(value.code)}`
      : `an object with ${Object.keys(value).join()}`;
  return `${typeof value} ${typeof value === 'function' ? '' : String(value)}`;
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return `${keyOf(error)} (thrown)`;
  const cause = error.cause === undefined ? '' : `, cause: ${String(error.cause)}`;
  return `${error.name}: ${error.message}${cause}`;
}

const is =
  (type: abstract new (...args: never[]) => Error, message: string) =>
  (error: unknown): boolean =>
    error instanceof type && error.message.includes(message);

interface Case {
  readonly code: number;
  readonly plan: StreamPlan;
  /** Whether errors cross as threads.js's own `expose` sends them. */
  readonly plain: boolean;
}

const crash =
  (exitCode: number) =>
  (error: unknown): boolean =>
    error instanceof WorkerCrashedError && error.exitCode === exitCode;
const same = ({ code }: Case): Expected => ({ value: code });
const uncloneable = (): Expected => ({ error: is(CloneError, 'cannot cross') });
const timesOut = ({ plan }: Case): Expected => ({
  error: (error) => plan.options.timeout !== undefined && error instanceof TaskTimeoutError,
});

/** What a task comes to when nothing but its own deed happens. */
const dues: Record<Deed, (task: Case) => Expected> = {
  value: same,
  blink: same,
  busy: same,
  nap: same,
  patient: same,
  reports: same,
  stubborn: same,
  late: same,
  stray: same,
  text: ({ code }) => ({ value: `text ${code}` }),
  falsy: ({ code }) => ({ value: falsy(code) }),
  again: ({ code }) => ({ value: { code } }),
  reused: ({ code }) => ({ value: new Uint32Array(3).fill(code) }),
  emptied: ({ code }) => ({ value: new Map([['code', code]]) }),
  bytes: ({ code }) => ({ value: new Uint32Array(sizeOf(code)).fill(code) }),
  unlucky: ({ code, plan }) =>
    triesOf(plan) >= badLuckOf(code) ? { value: code } : { error: is(RangeError, `deed ${code} has no luck`) },
  throw: ({ code }) => ({ error: is(RangeError, `deed ${code}`) }),
  reject: ({ code }) => ({ error: is(TypeError, `deed ${code}`) }),
  throwCustom: ({ code, plain }) => ({ error: (error) => isSoakError(error, code, plain) }),
  throwFalsy: ({ code }) => ({ error: (error) => Object.is(error, falsy(code)) }),
  throwFunction: uncloneable,
  resultFunction: uncloneable,
  argFunction: uncloneable,
  noCall: () => ({ error: is(TypeError, 'must return a call') }),
  callThrows: ({ code }) => ({ error: is(SoakError, `deed ${code}`) }),
  exit: () => ({ error: crash(3) }),
  exitLate: () => ({ error: crash(3) }),
  uncaught: ({ code, plain }) => ({
    error: (error) => error instanceof WorkerCrashedError && isSoakError(error.cause, code, plain),
  }),
  floating: ({ code }) => ({
    error: (error) => error instanceof WorkerCrashedError && 'cause' in error && Object.is(error.cause, falsy(code)),
  }),
  exhaust: () => ({ error: (error) => error instanceof WorkerCrashedError && error.message.includes('memory') }),
  flaky: ({ code, plan }) => {
    if (mayRunAgain(plan)) return { value: code };
    // Its time may be over before it dies: then it is tried again.
    return plan.options.timeout !== undefined && triesOf(plan) > 0
      ? { value: code, error: crash(4) }
      : { error: crash(4) };
  },
  loop: timesOut,
  never: timesOut,
  wait: timesOut,
};

function expected(plan: StreamPlan, pool: PoolPlan, index: number): Expected {
  return dues[deedOf(plan, index)]({ code: codeOf(plan.id, index), plan, plain: pool.kind === 'plain' });
}

/** threads.js's own `expose` carries name, message and stack. */
function isSoakError(error: unknown, code: number, plain: boolean): boolean {
  if (!(error instanceof Error) || error.message !== `deed ${code}`) return false;
  if (plain) return true;
  const cause = error.cause;
  return (
    error.name === 'SoakError' &&
    (error as { code?: unknown }).code === code &&
    cause instanceof RangeError &&
    cause.message === `cause ${code}`
  );
}

/** A task whose input was moved is not run again. */
const mayRunAgain = ({ form, options }: StreamPlan): boolean => form !== 'moved' && (options.crashRetries ?? 0) > 0;

/** Whether the stream's tasks may die of what they have not done themselves. */
export const inDanger = (plan: StreamPlan, pool: PoolPlan): boolean =>
  pool.assaults.length > 0 ||
  (pool.kind === 'inline' ? [plan] : pool.streams).some(({ deeds }) => deeds.includes('stray'));

export interface Outcome {
  readonly index: number;
  readonly failed: boolean;
  /** The value, or the error. */
  readonly value: unknown;
}

const DEADLY: readonly Deed[] = ['exit', 'exitLate', 'exhaust', 'uncaught', 'floating'];
/** Those with an error that may be another at the next try. */
const FAILING: readonly Deed[] = ['throw', 'throwCustom', 'throwFalsy', 'reject'];

/** Judges the outcomes of one stream's tasks, and remembers which crashes were not the task's own doing. */
export class Model {
  readonly plan: StreamPlan;
  readonly pool: PoolPlan;
  readonly #ledger: Ledger;
  innocentCrashes = 0;

  constructor(plan: StreamPlan, pool: PoolPlan, ledger: Ledger) {
    this.plan = plan;
    this.pool = pool;
    this.#ledger = ledger;
  }

  /** The key of its value where it may have one. */
  valueKey(index: number): string | undefined {
    const due = expected(this.plan, this.pool, index);
    return 'value' in due ? keyOf(due.value) : undefined;
  }

  /** Whether it must give a value whatever befalls others. */
  mustSucceed(index: number): boolean {
    const { plan, pool } = this;
    return plan.options.timeout === undefined && !inDanger(plan, pool) && this.valueKey(index) !== undefined;
  }

  /** What is wrong with an outcome; undefined: nothing. */
  problem({ index, failed, value }: Outcome): string | undefined {
    const { plan, pool } = this;
    const deed = deedOf(plan, index);
    const due = expected(plan, pool, index);
    const got = `task ${index} (${deed}) gave ${failed ? describe(value) : keyOf(value)}`;
    if (!failed) return 'value' in due && keyOf(due.value) === keyOf(value) ? this.#runs(index, got) : got;
    const info = taskOf(value);
    if (
      typeof value === 'object' &&
      value !== null &&
      (info?.index !== index || (plan.form !== 'refilled' && codeIn(info.input) !== codeOf(plan.id, index)))
    )
      return `${got}, and taskOf() of it says ${JSON.stringify(info)}`;
    if ('error' in due && due.error(value)) return this.#timing(index, value, got) ?? this.#runs(index, got);
    if (value instanceof TaskTimeoutError && plan.options.timeout !== undefined) return this.#timing(index, value, got);
    if (value instanceof WorkerCrashedError && inDanger(plan, pool)) {
      this.innocentCrashes++;
      return undefined;
    }
    return got;
  }

  /** Neither before its time; workers that do not report when they begin are timed from the dispatch. */
  #timing(index: number, error: unknown, got: string): string | undefined {
    const { kind } = this.pool;
    if (!(error instanceof TaskTimeoutError) || kind === 'plain' || kind === 'inline') return undefined;
    const early = this.plan.options.timeout! - this.#ledger.age(this.plan.id, index);
    return early > 20 ? `${got} ${early} ms before its time` : undefined;
  }

  /** How often it was begun. */
  #runs(index: number, got: string): string | undefined {
    const { plan, pool } = this;
    const deed = deedOf(plan, index);
    const starts = this.#ledger.starts(plan.id, index);
    if (deed === 'argFunction' || deed === 'noCall' || deed === 'callThrows')
      return starts === 0 ? undefined : `${got}, but was begun`;
    if (starts === 0) return `${got}, but was never begun`;
    if (inDanger(plan, pool)) return undefined;
    const retries = plan.form === 'moved' ? 0 : (plan.options.crashRetries ?? 0);
    const tries = triesOf(plan);
    const may = plan.many && fillersOf(codeOf(plan.id, index)) > 0 ? 0 : tries;
    let due = 1;
    if (DEADLY.includes(deed)) due += retries;
    else if (deed === 'flaky') due += Math.min(1, retries);
    else if (deed === 'unlucky') due += Math.min(badLuckOf(codeOf(plan.id, index)), tries);
    else if (FAILING.includes(deed)) due += may;
    // Any may have run out of time, and been run again; and what a worker has given when it dies may have come, or not.
    const timed = plan.options.timeout !== undefined && tries > 0;
    if (timed && starts <= due + tries) return undefined;
    if (plan.many && starts <= due && DEADLY.includes(deed)) return undefined;
    // A worker out of memory says nothing more: what had ended before, and had not been reported, runs again.
    if (starts > due && plan.deeds.includes('exhaust')) return undefined;
    return starts === due ? undefined : `${got}, and was begun ${starts} times instead of ${due}`;
  }
}

const codeIn = (input: unknown): unknown =>
  typeof input === 'object' && input !== null ? (input as { code?: unknown }).code : input;

/** Errors that are about the pool and not about a task. */
export const isAboutPool = (error: unknown): boolean =>
  error instanceof PoolClosedError || error instanceof WorkerInitError;
