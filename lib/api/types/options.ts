/** The options of the operators. Types only. */
import type { AbortSignalLike } from './signal.ts';

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
   * ms; an integer, at least 1, is the most per message. Neither waits to fill a message. A number above 1 lets inputs that
   * are moved travel together and wait at a worker: that saves a round trip for each, but what waits is lost with the worker.
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
