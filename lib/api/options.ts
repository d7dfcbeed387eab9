/** The options of the operators: their meaning, their checks, and their defaults. */
import type { AbortSignalLike } from './signal.ts';
import { programError } from './workerErrors.ts';

/**
 * The outcome of a task, with `onError: 'settle'`. `input` is the value of the source itself, not a copy: an object that the source
 * refills shows its later contents.
 */
export type Settled<T, R> =
  | { readonly status: 'fulfilled'; readonly index: number; readonly input: T; readonly value: R }
  | { readonly status: 'rejected'; readonly index: number; readonly input: T; readonly reason: unknown };

/** When a failed task is run again. */
export interface RetryOptions {
  /** How many times after the first try: an integer, at least 0, or `Infinity`. */
  readonly times: number;
  /**
   * Milliseconds from a failure to the next try, at least 0, or a function that returns them; `attempt` is the number of the try
   * that failed, from 1. While it waits the task occupies no worker, and keeps its place among the results. Default: 0.
   */
  readonly delay?: number | ((attempt: number, error: unknown) => number) | undefined;
  /** Whether to try again after this error; with false the task has failed. Default: always. */
  readonly when?: ((error: unknown) => boolean) | undefined;
}

/** A report that a task has made before its end, by `report` of its context. */
export interface TaskReport {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /** The value of the source that the task is for; undefined for `pool.run`. */
  readonly input: any;
  /** A copy of the reported value. */
  readonly value: any;
}

/** All modes where the mode is not inferred yet, so that editors propose them. */
type OnError<Mode> = [Mode] extends [never] ? 'throw' | 'settle' | 'skip' : Mode;

/**
 * A function that returns the key of a value. By a method type, which is compared bivariantly: the compiler checks the options
 * before it knows `T` from an `fn` whose parameter has no type, and would refuse any function but one of `unknown`.
 */
type KeyOf<T> = { of(value: T, index: number): unknown }['of'];

/** The options that only tasks with one result have. */
interface KeyOptions<T> {
  /**
   * The key of a value: tasks of one key run one after another, in the order of the source, and tasks of different keys in
   * parallel. Keys are compared as in a `Map`: objects by identity, and `undefined` is a key, too. A task that is run again
   * (`retry`, `crashRetries`) keeps the turn of its key until then; one whose `timeout` has run out keeps the turn until it has
   * stopped, and fails then. Called once for each value; must not be async; if it throws, the value's task has failed with that. Values that wait for
   * their key count in the window, so that a slow key holds others back only when the window is full. Default: tasks do not wait
   * for each other.
   */
  readonly key?: KeyOf<T> | undefined;
  /**
   * With `key`: all tasks of a key go to one worker while that lives, so that it can keep what they need; the first worker with
   * room for a task of the key gets it. A pool remembers the worker of a key for all its streams: for keys that are objects as
   * long as the object lives, for others the 10 000 that were used last. A task whose worker is busy waits for that worker, and
   * lets tasks of other keys pass; when a worker has ended, its keys go to others. Default: false.
   */
  readonly sticky?: boolean | undefined;
}

/** Options of `parallelMap` and `parallelMapUnordered` with a pool. All are optional. */
export interface OptionsWithPool<Mode = 'throw' | 'settle' | 'skip', T = any> extends KeyOptions<T> {
  /** Most workers this operator uses at once: an integer, at least 1. Default: the size of the pool. */
  readonly concurrency?: number | undefined;
  /**
   * For results in source order, and for iterators: most values that are dispatched and whose results the consumer does not have
   * yet: an integer, at least 1, or `Infinity`. May be smaller than the pool, and then also bounds how many tasks run. Default:
   * values are dispatched while fewer results are held back than 64, or than 8 for each task that is out.
   */
  readonly window?: number | undefined;
  /**
   * Values per message to a worker: `'auto'`, the default, starts at 1 and grows while a message takes less than a few
   * ms; an integer, at least 1, is the most per message. Neither waits to fill a message. A number above 1 lets an input that is
   * moved wait at a worker, alone in its message: that saves a round trip for each, but an input that waits is lost with the worker.
   */
  readonly batch?: number | 'auto' | undefined;
  /**
   * What a failing task does. `'throw'`, the default: the stream errors. `'skip'`: nothing is emitted for it.
   * `'settle'`: every input gives `{ status, index, input, value | reason }`, with the value itself as `input`, not a copy.
   * Only for errors of tasks: `WorkerInitError` and `PoolClosedError` error the stream in every mode.
   */
  readonly onError?: OnError<Mode> | undefined;
  /** In source order: whether an error waits for the results before it (`'in-order'`, the default) or not (`'immediate'`). */
  readonly errorTiming?: 'in-order' | 'immediate' | undefined;
  /**
   * Milliseconds that a task may run, from its start in the worker: at least 1. Default: no limit. After that the task fails with
   * `TaskTimeoutError`, at once. If it has asked for its signal (`taskContext().signal`), that aborts, and the task has
   * `terminateAfter` ms to stop; the worker of any other task is terminated at once. A task that its worker does not begin within
   * this time, or within 10 s if that is longer, goes to another worker.
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds, at least 0, after which the worker of a cancelled task that still runs is terminated and replaced; also for a
   * task whose `timeout` has run out and that has asked for its signal. `Infinity`: never. Default: 1 000.
   */
  readonly terminateAfter?: number | undefined;
  /** How many times a task is run again when its worker died: an integer, at least 0. Default: 0. */
  readonly crashRetries?: number | undefined;
  /**
   * How many times a failed task is run again, with the same arguments (an integer, at least 0, or `Infinity`), or
   * `{ times, delay, when }`. The task keeps its index and its place among the results and in the window. Also after a
   * `TaskTimeoutError`; not after a crash (`crashRetries`), nor where it would fail the same way (`CloneError`, errors of the
   * program, errors of `fn` itself). A call with `Transfer` is not run again: its input is gone. Default: 0.
   */
  readonly retry?: number | RetryOptions | undefined;
  /**
   * With `onError: 'skip'` and `'settle'`: how many tasks may fail, an integer, at least 0, or `Infinity`, the default. With one
   * more failure the stream errors with `TooManyFailuresError`; with `errorTiming: 'in-order'` after the results before it.
   * Failures after which `retry` runs the task again do not count.
   */
  readonly maxFailures?: number | undefined;
  /**
   * With a pool: the priority of this stream among those that share the pool: any finite number; the highest is served first,
   * equal ones in turn. Default: 0. Running tasks are not stopped for it; tasks that were sent to a worker and have not begun are
   * recalled, where memory is shared. While streams keep all workers busy, no task of a lower priority begins.
   */
  readonly priority?: number | undefined;
  /** Aborts the stream with its reason. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Called with what tasks report before they end (`taskContext().report(value)`, or, in an inline function, `report` of its
   * fourth argument): at once, also while the task computes without a pause, and never after the task's outcome. If it throws, the
   * stream errors. Default: reports are dropped, and cost nothing.
   */
  readonly onReport?: ((report: TaskReport) => void) | undefined;
  /** Push sources: most values waiting to be dispatched: an integer, at least 1, or `Infinity`, the default. */
  readonly maxPending?: number | undefined;
  /**
   * Beyond `maxPending`: the stream errors with `OverflowError` (the default), or the oldest or the newest value is
   * dropped. `pool.stats().dropped` counts those; the remaining values keep the index with which they arrived.
   */
  readonly overflow?: 'error' | 'drop-oldest' | 'drop-newest' | undefined;
}

/** The options that only inline functions have. */
interface InlineOptions<T, Context, State> {
  /** Inline functions only: the third argument of `fn`, cloned once into each worker. */
  readonly context?: Context;
  /**
   * Inline functions only: runs once in each worker, before its first task; sent there as text, like `fn`; may be async. Its
   * argument is `context` (give that parameter a type: `(context: Words) => …`), and its result is the third argument of `fn` in
   * place of `context`. A worker whose setup fails has not started (`WorkerInitError`, with the thrown value as its `cause`).
   * Default: none.
   */
  readonly setup?: ((context: Context) => State) | undefined;
  /** Inline functions only: returns the parts of a value to move instead of copy; called when the value is dispatched. */
  readonly transfer?: ((value: T, index: number) => readonly object[]) | undefined;
}

/** The options that only sources that are pulled have. */
interface PulledOptions {
  /** Whether results come in the order of the source, the default, or each as soon as its task is complete. */
  readonly ordered?: boolean | undefined;
}

/** Options of `parallelMap`, `parallelMapUnordered` and `parallelMapIterable`. All are optional. */
export interface ParallelOptions<T = any, Context = unknown, Mode = 'throw' | 'settle' | 'skip', State = unknown>
  extends OptionsWithPool<Mode, T>, InlineOptions<T, Context, State> {}

/** Options of `parallelMapIterable` with a pool. */
export interface IterableOptionsWithPool<Mode = 'throw' | 'settle' | 'skip', T = any>
  extends Omit<OptionsWithPool<Mode, T>, 'maxPending' | 'overflow'>, PulledOptions {}

/** Options of `parallelMapIterable`: those of the operators, less those for sources that push. */
export interface ParallelIterableOptions<
  T = any,
  Context = unknown,
  Mode = 'throw' | 'settle' | 'skip',
  State = unknown,
>
  extends IterableOptionsWithPool<Mode, T>, InlineOptions<T, Context, State> {}

/** The option `retry` with all defaults filled in. */
export interface RetryPolicy extends RetryOptions {
  /** The name of the option in errors. */
  readonly option: string;
  readonly delay: number | ((attempt: number, error: unknown) => number);
}

/** The options with all defaults filled in. */
export interface ResolvedOptions {
  readonly concurrency: number;
  /** Undefined: auto. */
  readonly window: number | undefined;
  /** `Infinity`: auto. */
  readonly batch: number;
  readonly onError: 'throw' | 'settle' | 'skip';
  readonly errorTiming: 'in-order' | 'immediate';
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly crashRetries: number;
  /** Undefined: none. */
  readonly retry: RetryPolicy | undefined;
  readonly maxFailures: number;
  readonly key: ((value: any, index: number) => unknown) | undefined;
  readonly priority: number;
  readonly sticky: boolean;
  readonly signal: AbortSignalLike | undefined;
  readonly onReport: ((report: TaskReport) => void) | undefined;
  readonly context: unknown;
  readonly setup: ((context: any) => unknown) | undefined;
  readonly transfer: ((value: any, index: number) => readonly object[]) | undefined;
  /** Where tasks give many values: most values of one task that are not emitted yet. Undefined: a task has one result. */
  readonly buffer?: number;
  readonly maxPending: number;
  readonly overflow: 'error' | 'drop-oldest' | 'drop-newest';
}

const NAMES = [
  'concurrency',
  'window',
  'batch',
  'onError',
  'errorTiming',
  'timeout',
  'terminateAfter',
  'crashRetries',
  'retry',
  'maxFailures',
  'key',
  'priority',
  'sticky',
  'signal',
  'onReport',
  'context',
  'setup',
  'transfer',
  'maxPending',
  'overflow',
] as const;

/** The options of inline functions, each with what to use instead with a pool. */
const FOR_INLINE = {
  context: 'a worker module imports what it needs',
  setup: 'a worker module gives it to expose(api, { setup })',
  transfer: 'in a call, write worker.method(Transfer(value))',
};

/** Checks options and fills in the defaults. `inline`: whether the function itself runs in the workers. */
export function resolveOptions(
  caller: string,
  options: unknown,
  inline: boolean,
  own: readonly string[] = [],
): ResolvedOptions {
  const given = record(`${caller}: options`, options, [...NAMES, ...own]);
  const of = (name: string): string => `${caller}: ${name}`;
  /** The option `name`, checked by `check`, whose further arguments are `rest`. */
  const option = <T, Rest extends unknown[]>(
    name: (typeof NAMES)[number],
    check: (what: string, value: unknown, ...rest: Rest) => T,
    ...rest: Rest
  ): T => check(of(name), given[name], ...rest);
  for (const [name, instead] of Object.entries(FOR_INLINE))
    if (!inline && given[name] !== undefined)
      throw new TypeError(`${of(name)} is for inline functions, whose workers is a number; ${instead}`);
  if (inline && given['priority'] !== undefined)
    throw new TypeError(
      `${of('priority')} is for streams that share a pool; the workers of an inline function serve it alone`,
    );
  const { terminateAfter = 1000 } = given;
  const crashRetries = option('crashRetries', whole, 0, 0);
  const transfer = option('transfer', synchronous) as ResolvedOptions['transfer'];
  const retry = option('retry', retryOf);
  if (transfer !== undefined && (crashRetries > 0 || retry !== undefined))
    throw new TypeError(
      `${of(retry === undefined ? 'crashRetries' : 'retry')} cannot be combined with transfer: an input that was moved is gone with its worker`,
    );
  const onError = option('onError', oneOf<ResolvedOptions['onError']>, ['throw', 'settle', 'skip']);
  const maxFailures = option('maxFailures', whole, 0, Infinity, true);
  if (given['maxFailures'] !== undefined && onError === 'throw')
    throw new TypeError(
      `${of('maxFailures')} is for onError: 'skip' and 'settle'; with 'throw' the first failure errors the stream`,
    );
  const key = option('key', synchronous);
  const sticky = option('sticky', trueOrFalse, false);
  if (sticky && key === undefined)
    throw new TypeError(`${of('sticky')} needs key, which says which tasks are for one worker`);
  const signal = given['signal'] as AbortSignalLike | undefined;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`${of('signal')} must be an AbortSignal, got ${show(signal)}`);
  return {
    concurrency: option('concurrency', whole, 1, Infinity),
    window: given['window'] === undefined ? undefined : option('window', whole, 1, Infinity, true),
    batch: given['batch'] === 'auto' ? Infinity : option('batch', whole, 1, Infinity, false, " or 'auto'"),
    onError,
    errorTiming: option('errorTiming', oneOf<ResolvedOptions['errorTiming']>, ['in-order', 'immediate']),
    timeout: given['timeout'] === undefined ? undefined : option('timeout', milliseconds, 1),
    terminateAfter:
      terminateAfter === Infinity ? Infinity : milliseconds(of('terminateAfter'), terminateAfter, 0, ' or Infinity'),
    crashRetries,
    retry,
    maxFailures,
    key,
    sticky,
    priority: option('priority', finite, 0),
    signal,
    onReport: option('onReport', callable),
    context: given['context'],
    setup: option('setup', callable) as ResolvedOptions['setup'],
    transfer,
    maxPending: option('maxPending', whole, 1, Infinity, true),
    overflow: option('overflow', oneOf<ResolvedOptions['overflow']>, ['error', 'drop-oldest', 'drop-newest']),
  };
}

/** The option `retry`, checked; undefined where no task is run again. */
function retryOf(option: string, value: unknown): RetryPolicy | undefined {
  const short = typeof value !== 'object';
  const given = short ? { times: value } : record(option, value, ['times', 'delay', 'when']);
  const { delay = 0, times, when }: Readonly<Record<string, unknown>> = given;
  const policy = {
    option,
    times: whole(short ? option : `${option}.times`, times, 0, short ? 0 : undefined, true),
    delay: typeof delay === 'function' ? delay : milliseconds(`${option}.delay`, delay, 0, ', or a function'),
    when: synchronous(`${option}.when`, when),
  } as RetryPolicy;
  return policy.times === 0 ? undefined : policy;
}

/** Checks an options object, which may be undefined: a name that is not among `names` is refused, not silently ignored. */
export function record(what: string, options: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (options === undefined) return {};
  // A Promise has no names that could be wrong, and would pass for no options.
  if (typeof options !== 'object' || options === null || options instanceof Promise)
    throw new TypeError(`${what} must be an object, got ${show(options)}`);
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`${what} has no "${name}"; it may have ${names.join(', ')}`);
  return options as Record<string, unknown>;
}

/** Checks an integer, at least `least`; `otherwise`, if given, is the default. */
export function whole(
  what: string,
  value: unknown,
  least: number,
  otherwise?: number,
  infinity: boolean = false,
  or: string = infinity ? ' or Infinity' : '',
): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  return numberThat(
    what,
    value,
    `an integer, at least ${least}${or}`,
    (given) => (infinity && given === Infinity) || (Number.isSafeInteger(given) && given >= least),
  );
}

/** Checks a finite number; `otherwise` is the default. */
function finite(what: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  return numberThat(what, value, 'a finite number', Number.isFinite);
}

/** The longest time that a timer can wait; with a longer one it would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Checks milliseconds that a timer can wait. */
export function milliseconds(what: string, value: unknown, least: number, or: string = ''): number {
  return numberThat(
    what,
    value,
    `milliseconds from ${least} to ${LONGEST}${or}`,
    (given) => given >= least && given <= LONGEST,
  );
}

function numberThat(what: string, value: unknown, expected: string, fits: (given: number) => boolean): number {
  const message = `${what} must be ${expected}, got ${show(value)}`;
  if (typeof value !== 'number') throw new TypeError(message);
  if (!fits(value)) throw new RangeError(message);
  return value;
}

/** Checks a boolean; `otherwise` is the default. */
export function trueOrFalse(what: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw new TypeError(`${what} must be true or false, got ${show(value)}`);
  return value;
}

/** Checks the argument `fn` of an operator, or of a method of a pool. */
export function checkFn(caller: string, fn: unknown): void {
  checkCallable(`${caller}: fn`, fn);
}

/** Checks a function, which may be undefined. */
function callable(what: string, value: unknown): ((...args: any[]) => unknown) | undefined {
  if (value !== undefined) checkCallable(what, value);
  return value as ((...args: any[]) => unknown) | undefined;
}

/** A function whose result is needed at once, or undefined for none: a Promise would be taken for the result itself. */
export function synchronous(what: string, value: unknown): ((...args: any[]) => unknown) | undefined {
  const fn = callable(what, value);
  if (fn === undefined) return fn;
  return (...args) => {
    const result = fn(...args);
    if (result instanceof Promise) throw programError(`${what} must not return a Promise`);
    return result;
  };
}

function checkCallable(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${what} must be a function, got ${show(value)}`);
}

function oneOf<T extends string>(what: string, value: unknown, allowed: readonly [T, ...T[]]): T {
  if (value === undefined) return allowed[0];
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  const message = `${what} must be one of ${allowed.map((each) => `'${each}'`).join(', ')}, got ${show(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** A value as an error message names it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name: unknown = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor
    ?.name;
  return typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object';
}
