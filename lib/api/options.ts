/** The options of the operators: what they mean, what they may be, what they are when left out. */
import type { AbortSignalLike } from './signal.ts';
import { programError } from './workerErrors.ts';

/**
 * What a task came to, in `onError: 'settle'`. `input` is the value of the source itself, not a copy: an object that the source
 * fills again shows what it holds by then.
 */
export type Settled<T, R> =
  | { readonly status: 'fulfilled'; readonly index: number; readonly input: T; readonly value: R }
  | { readonly status: 'rejected'; readonly index: number; readonly input: T; readonly reason: unknown };

/** When a task that has failed is run again. */
export interface RetryOptions {
  /** How many times, beside the first: an integer, at least 0, or `Infinity`. */
  readonly times: number;
  /**
   * Milliseconds from the failure to the next try, at least 0, or what gives them; `attempt` is the number of the try that
   * failed, from 1. While it waits the task has no worker, and keeps its place. Default: 0.
   */
  readonly delay?: number | ((attempt: number, error: unknown) => number) | undefined;
  /** Whether what it threw is worth another try: false, and the task has failed. Default: always. */
  readonly when?: ((error: unknown) => boolean) | undefined;
}

/** What a task says before it ends, by `report` of its context. */
export interface TaskReport {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /** The value of the source that the task is about; of `pool.run` there is none. */
  readonly input: any;
  /** A copy of what was reported. */
  readonly value: any;
}

/** Where nothing is known of it, any of the words: an editor proposes these. */
type OnError<Mode> = [Mode] extends [never] ? 'throw' | 'settle' | 'skip' : Mode;

/**
 * What gives the key of a value. Methods are compared both ways: the compiler looks at the options before it knows `T` from
 * `fn`, where that has a parameter without a type, and would refuse a function of anything but `unknown`.
 */
type KeyOf<T> = { of(value: T, index: number): unknown }['of'];

/** What only tasks with one result have. */
interface KeyOptions<T> {
  /**
   * What tasks are about that must not run side by side: those of one key run one after another, in the order of the source,
   * different keys in parallel. Keys are compared as in a `Map`: objects by identity, and `undefined` is one, too. A task
   * that is run again (`retry`, `crashRetries`) keeps its key's turn, and one whose time is up until it has stopped: its failure
   * is told then. Called once for each value, when it is taken; must not be async; what it
   * throws is that value's failure. Values that wait for their key count in the window: a key that takes long holds others back only when it
   * is full. Default: tasks do not wait for each other.
   */
  readonly key?: KeyOf<T> | undefined;
  /**
   * With `key`: all tasks of a key go to one worker, while that lives, so that it can keep what they need: the first that has
   * room for a task of it. A pool remembers that, whichever stream it is of: of keys that are objects as long as they live, of others the
   * 10 000 that were used last. A key whose worker is busy waits for it, and lets others pass; if its worker is gone it goes to
   * another. Default: false.
   */
  readonly sticky?: boolean | undefined;
}

/** Options of `parallelMap` and `parallelMapUnordered` with a pool. All may be left out. */
export interface OptionsWithPool<Mode = 'throw' | 'settle' | 'skip', T = any> extends KeyOptions<T> {
  /** Most workers this operator uses at once: an integer, at least 1. Default: the size of the pool. */
  readonly concurrency?: number | undefined;
  /**
   * In source order, and of an iterator: most values dispatched and not yet emitted, or taken: an integer, at least 1,
   * or `Infinity`.
   * May be smaller than the pool, and then also bounds how many run.
   * Default: more are taken while fewer results are held back than 64, or 8 for each task that is out.
   */
  readonly window?: number | undefined;
  /**
   * Values per message to a worker: `'auto'`, the default, starts at 1 and grows while a message takes less than a few
   * ms; an integer, at least 1, is the most per message. Neither waits to fill one. Above 1 it lets an input that is moved
   * wait at a worker, alone in its message: that saves a round trip for each, and one that waits is lost with the worker.
   */
  readonly batch?: number | 'auto' | undefined;
  /**
   * What a failing task does. `'throw'`, the default: the stream errors. `'skip'`: its result is left out.
   * `'settle'`: every input gives `{ status, index, input, value | reason }`, `input` the value itself, not a copy.
   * About tasks only: `WorkerInitError` and `PoolClosedError` error the stream in every mode.
   */
  readonly onError?: OnError<Mode> | undefined;
  /** In source order: whether an error waits for the results before it (`'in-order'`, the default) or not (`'immediate'`). */
  readonly errorTiming?: 'in-order' | 'immediate' | undefined;
  /**
   * Milliseconds that a task may run, from its start in the worker: at least 1. Default: no limit. Past it the task has
   * failed with `TaskTimeoutError`, at once. If it has asked for its signal (`taskContext().signal`), that aborts, and
   * the task has `terminateAfter` ms to stop; any other loses its worker at once. A task whose worker does not come to
   * it, in that time or 10 s if that is longer, goes to another.
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds, at least 0, that a cancelled task may run on before its worker is terminated and replaced, and one
   * whose `timeout` has run out though it listens to its signal; `Infinity`: never. Default: 1 000.
   */
  readonly terminateAfter?: number | undefined;
  /** How many times a task is run again when its worker died: an integer, at least 0. Default: 0. */
  readonly crashRetries?: number | undefined;
  /**
   * Runs a task that failed again, with the same arguments, so many times (an integer, at least 0, or `Infinity`), or as
   * `{ times, delay, when }` says; it keeps its place, its index and its part of the window. A `TaskTimeoutError` counts; what
   * `crashRetries` is for does not, nor what would fail again (`CloneError`, errors of the program, what `fn` itself throws).
   * A call with `Transfer` fails at once: its input is gone. Default: 0.
   */
  readonly retry?: number | RetryOptions | undefined;
  /**
   * With `onError: 'skip'` and `'settle'`: how many tasks may fail, an integer, at least 0, or `Infinity`, the default. One
   * more, and the stream errors with `TooManyFailuresError`: after the results before it, where `errorTiming` is `'in-order'`.
   * Tries that `retry` repeats do not count.
   */
  readonly maxFailures?: number | undefined;
  /**
   * With a pool: who it serves first, of all that share it: any finite number; the higher first, equal ones in turn. Default: 0. What runs is not
   * stopped for it; what a worker was sent and has not begun is taken back, where memory is shared. Streams that keep all
   * workers busy let none below them begin.
   */
  readonly priority?: number | undefined;
  /** Aborts the stream with its reason. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Hears what tasks report before they end (`taskContext().report(value)`; of an inline function `task.report`, its fourth
   * argument): at once, also of a task that computes without a pause, and nothing after the task's outcome. What it throws
   * errors the stream. Default: reports go nowhere, and cost nothing.
   */
  readonly onReport?: ((report: TaskReport) => void) | undefined;
  /** Push sources: most values waiting to be dispatched: an integer, at least 1, or `Infinity`, the default. */
  readonly maxPending?: number | undefined;
  /**
   * Past `maxPending`: the stream errors with `OverflowError` (the default), or the oldest or the newest value is
   * dropped. `pool.stats().dropped` counts those; what is left keeps the index with which it arrived.
   */
  readonly overflow?: 'error' | 'drop-oldest' | 'drop-newest' | undefined;
}

/** What only inline functions have. */
interface InlineOptions<T, Context, State> {
  /** Inline functions only: cloned once into each worker, the third argument of `fn`. */
  readonly context?: Context;
  /**
   * Inline functions only: runs once in each worker, before its first task, and is sent there as text as `fn` is; may be
   * async. What it returns is the third argument of `fn`, in place of `context`, which it is given (with a type of its own: `(context: Words) => …`). A worker whose setup fails
   * has not started (`WorkerInitError`, its `cause` what was thrown). Default: none.
   */
  readonly setup?: ((context: Context) => State) | undefined;
  /** Inline functions only: what of a value to move instead of copy; asked when the value is dispatched. */
  readonly transfer?: ((value: T, index: number) => readonly object[]) | undefined;
}

/** What only sources that are pulled have. */
interface PulledOptions {
  /** Whether results come in the order of the source, the default, or each as soon as its task is complete. */
  readonly ordered?: boolean | undefined;
}

/** Options of `parallelMap`, `parallelMapUnordered` and `parallelMapIterable`. All may be left out. */
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

/** `retry` with every default in its place. */
export interface RetryPolicy extends RetryOptions {
  /** What errors call it. */
  readonly option: string;
  readonly delay: number | ((attempt: number, error: unknown) => number);
}

/** Options with every default in its place. */
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
  /** Of tasks that give many values: how many of one are on their way and not emitted. Undefined: a task has one. */
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

/** Options of inline functions, and what there is instead of each for the functions of a worker module. */
const FOR_INLINE = {
  context: 'a worker module imports what it needs',
  setup: 'a worker module gives it to expose(api, { setup })',
  transfer: 'in a call, write worker.method(Transfer(value))',
};

/** Checks options and fills in the defaults. `inline` says that the function itself runs in the workers. */
export function resolveOptions(
  caller: string,
  options: unknown,
  inline: boolean,
  own: readonly string[] = [],
): ResolvedOptions {
  const given = record(`${caller}: options`, options, [...NAMES, ...own]);
  const of = (name: string): string => `${caller}: ${name}`;
  /** The option of this name as `check`, to which `rest` belongs, lets it through. */
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

/** Undefined where nothing is run again. */
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

/** An options object, or undefined for none, with no other names than these: a misspelt one is not silently ignored. */
export function record(what: string, options: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (options === undefined) return {};
  // A Promise has no names that could be wrong, and would pass for no options.
  if (typeof options !== 'object' || options === null || options instanceof Promise)
    throw new TypeError(`${what} must be an object, got ${show(options)}`);
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new TypeError(`${what} has no "${name}"; it may have ${names.join(', ')}`);
  return options as Record<string, unknown>;
}

/** A whole number from `least`; `otherwise`, if there is one, where it is undefined. */
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

/** Any number but NaN and the infinities; `otherwise` where it is undefined. */
function finite(what: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  return numberThat(what, value, 'a finite number', Number.isFinite);
}

/** The longest that a timer can wait; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** A time in milliseconds that a timer can wait. */
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

/** `otherwise` where it is undefined. */
export function trueOrFalse(what: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw new TypeError(`${what} must be true or false, got ${show(value)}`);
  return value;
}

/** Of an operator, or a method of a pool. */
export function checkFn(caller: string, fn: unknown): void {
  checkCallable(`${caller}: fn`, fn);
}

/** A function, or undefined for none. */
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
