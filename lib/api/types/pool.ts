/// <reference lib="esnext.disposable" preserve="true" />
/** Pools as users see them. */
import type { Observable, OperatorFunction } from 'rxjs';
import type { IterableSource } from './iterableSource.ts';
import type { IterableOptionsWithPool, OptionsWithPool, RetryOptions, TaskReport } from './options.ts';
import type { EmittedOf, FlatEmittedOf } from './emitted.ts';
import type { FlatOptionsWithPool, RemoteValues } from './manyValues.ts';
import type { Call, Remote, ResultOf } from './remote.ts';
import type { AbortSignalLike } from './signal.ts';

/** The numbers of a pool, counted since it was made. */
export interface PoolStats {
  /** Workers that are up. */
  readonly workers: number;
  /** Workers that are up and have no task. */
  readonly idle: number;
  /** Tasks that were sent to a worker and have not come back. */
  readonly running: number;
  /** Tasks that ended with a value. */
  readonly completed: number;
  /** Tasks that ended with an error, a timeout or a crash. */
  readonly failed: number;
  /** Workers that were started in place of one that had died. */
  readonly restarts: number;
  /**
   * Milliseconds that workers have spent in tasks whose outcomes have come, including what async tasks await. With a plain
   * threads.js worker: from the call to its answer.
   */
  readonly taskTime: number;
  /**
   * Milliseconds in which workers had tasks and ran none: time for making and reading clones, for messages, or in which the main
   * thread was busy. 0 where that cannot be separated from the task, as with plain threads.js workers, and in `localPool`. If this
   * is large compared with `taskTime`, the tasks are too small, or what is copied for them is too large.
   */
  readonly carryTime: number;
  /** For each worker that is up, the share (0 to 1) of its time since it came up that it has spent in tasks, including the present one. */
  readonly busy: readonly number[];
  /**
   * How long tasks have waited: the time in which a task did not run, from its value (when that was pushed, or the call was made;
   * for a source that is pulled, when the task was sent) to its outcome. `wait` and `run` of a task add up to its latency. Values
   * that a source pushes in one turn count from the first of them.
   */
  readonly wait: Durations;
  /** How long tasks have run, from the start in the worker to the end, including what they await. */
  readonly run: Durations;
  /** Values that streams dropped before they were sent, because more than `maxPending` were waiting. */
  readonly dropped: number;
  /** Whether the pool is paused. */
  readonly paused: boolean;
}

/**
 * Percentiles of durations in ms, within 3 %; all 0 before the first. Counted are tasks that came back, or failed with their
 * worker; tasks that travel in one message, which is a few ms of work, count with their mean. Cancelled tasks do not count; of a
 * task that is run again, each try does.
 */
export interface Durations {
  /** Half took at most this. */
  readonly p50: number;
  /** 99 of 100 took at most this. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/**
 * An event of a pool. `time` is in milliseconds since the epoch, with fractions, and comparable among all workers: no task starts
 * before it was sent or ends before it started, and no time is later than the event.
 */
export type PoolEvent =
  | { readonly type: 'worker:start'; readonly worker: number; readonly time: number }
  | {
      readonly type: 'worker:exit';
      readonly worker: number;
      readonly time: number;
      readonly exitCode?: number;
      /**
       * Why the worker has ended, unless the pool ended it: a `WorkerCrashedError`, whose `cause` is the uncaught error if that was
       * the reason. If nobody listens and no task fails with it, an uncaught error is printed as one line to stderr.
       */
      readonly error?: Error;
    }
  | (TaskOfEvent & {
      readonly type: 'task:report';
      /** What the task has reported. */
      readonly value: unknown;
    })
  | (TaskOfEvent & { readonly type: 'task:start' })
  | (TaskOfEvent & {
      readonly type: 'task:end';
      readonly outcome: 'value' | 'error' | 'timeout' | 'crash' | 'cancel';
    });

/** The task of an event. */
interface TaskOfEvent {
  readonly worker: number;
  /** The stream of the task: streams, and calls of `pool.run`, are numbered in the order in which they attach to the pool. */
  readonly stream: number;
  /** The number of the value in its stream; 0 for a call of `pool.run`. */
  readonly index: number;
  /** The method that is called; for an inline function its name, or `inline`. */
  readonly method: string;
  readonly time: number;
}

/** Options of `pool.run`. */
export interface RunOptions {
  /** Aborts the task; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Milliseconds the task may run, at least 1. Default: no limit. If the task has asked for its signal, that aborts, and the task
   * has a second to stop; the worker of any other task is terminated.
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds from the call to its outcome, at least 1, including the wait for a worker. After that the promise rejects with
   * `TaskTimeoutError`, and a running task is cancelled: it has a second to stop before its worker is ended. Default: no limit.
   */
  readonly deadline?: number | undefined;
  /**
   * The priority of the call among all that wait, like the option of a stream: any finite number; the highest is served first,
   * equal ones in turn. Default: 0.
   *
   * ```ts
   * const found = await pool.run((worker) => worker.search(text), { priority: 1 });
   * ```
   */
  readonly priority?: number | undefined;
  /** How many times a failed task is run again, like the option `retry` of a stream; `signal` and `deadline` end that. Default: 0. */
  readonly retry?: number | RetryOptions | undefined;
  /** Called with what the task reports before it ends, like the option of the operators; if it throws, the promise rejects. */
  readonly onReport?: ((report: TaskReport) => void) | undefined;
}

/** Options of `pool.each`. */
export interface EachOptions {
  /** Whether each worker that starts later makes the call, too. Default: false. */
  readonly keep?: boolean | undefined;
}

/** Options of `pool.close`. */
export interface CloseOptions {
  /**
   * `true` (the default): the results for all values that the streams have received or read so far are delivered first.
   * `false`: live streams error at once with `PoolClosedError`.
   */
  readonly drain?: boolean | undefined;
}

/** The members that a pool has for every kind of Observable. */
export interface BasicPool<Api> extends AsyncDisposable {
  /** The present size: most workers at once. */
  readonly size: number;
  /** Makes one call, and returns a promise of its result: `pool.run((worker) => worker.count(9))`. */
  run<C extends Call<unknown>>(fn: (worker: Remote<Api>) => C, options?: RunOptions): Promise<ResultOf<C>>;
  /**
   * `parallelMapIterable` with this pool: reads the next value when a worker has room for it, and is itself iterated.
   *
   * @param source an Iterable, AsyncIterable, Node stream, web ReadableStream or Observable.
   * @param fn says which call: `(worker, value, index) => worker.count(value)`.
   * @param options those of `parallelMapIterable`.
   * @throws TypeError, RangeError: an argument or option is not what it must be.
   *
   * ```ts
   * for await (const words of pool.mapIterable(lines, (worker, line) => worker.split(line))) console.log(words);
   * ```
   */
  mapIterable<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    source: IterableSource<T>,
    fn: (worker: Remote<Api>, value: NoInfer<T>, index: number) => C,
    options?: IterableOptionsWithPool<Mode, NoInfer<T>>,
  ): AsyncIterableIterator<EmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * Makes a call on every worker that is up, in turn with its tasks, and returns the outcome of each. With `keep` also on each
   * worker that starts later, before its first task; if the call fails there, that worker has not started.
   */
  each<C extends Call<unknown>>(
    fn: (worker: Remote<Api>) => C,
    options?: EachOptions,
  ): Promise<PromiseSettledResult<ResultOf<C>>[]>;
  /**
   * Starts workers; resolves when so many are up and set up. `workers`: an integer, at least 1, at most the size of the
   * pool, which is the default. Rejects with `WorkerInitError`, or with `PoolClosedError`.
   */
  warmUp(workers?: number): Promise<void>;
  /** The numbers of the pool since it was made. */
  stats(): PoolStats;
  /**
   * Changes the size: an integer, at least 1. Additional workers start when there is work for them. With a smaller size workers end
   * as they become idle: running tasks end, tasks that have not begun go to other workers, and teardowns run. Streams without
   * `concurrency` follow. In a `bullmqPool` the size is how many jobs may be out. A `localPool` always has size 1.
   *
   * @throws TypeError, RangeError: `size` is no such number, or more than 1 for a `localPool`.
   *
   * ```ts
   * pool.resize(2);
   * ```
   */
  resize(size: number): void;
  /**
   * Lets no task of a stream or of `run` begin until `resume`. Running tasks end, and their results are emitted; tasks that were
   * sent to a worker and have not begun are recalled, where memory is shared. Values and calls wait meanwhile, without keeping a
   * Node process alive, and a `deadline` runs on. `each` and `warmUp` still work; so do, for a `bullmqPool`, other producers and
   * the jobs that are in the queue. `close` ends the pause and runs what waits.
   *
   * ```ts
   * pool.pause();
   * await pool.each((worker) => worker.reload());
   * pool.resume();
   * ```
   */
  pause(): void;
  /** Ends the pause; without one, does nothing. */
  resume(): void;
  /** Ends the workers; resolves when all have ended. May be called again: `{ drain: false }` ends a draining close early. */
  close(options?: CloseOptions): Promise<void>;
}

/** A pool of workers, shared by all streams that use it; made by `workerPool`, `localPool` and `bullmqPool`. */
export interface WorkerPool<Api> extends BasicPool<Api> {
  /**
   * `parallelMap` with this pool: runs the call that `fn` describes for every value, several at once, and emits the results
   * in the order of the source.
   *
   * @param fn says which call: `(worker, value, index) => worker.count(value)`. Runs here, once for each task when it is
   *   dispatched.
   * @param options those of `parallelMap`.
   * @throws TypeError, RangeError: an argument or option is not what it must be.
   *
   * ```ts
   * range(1, 8).pipe(pool.map((worker, n) => worker.count(n))).subscribe(console.log);
   * ```
   */
  map<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: Remote<Api>, value: T, index: number) => C,
    options?: OptionsWithPool<Mode, NoInfer<T>>,
  ): OperatorFunction<T, EmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelMapUnordered` with this pool: emits each result as soon as its task is complete.
   *
   * @param fn says which call, as for `map`.
   * @param options those of `parallelMapUnordered`.
   * @throws TypeError, RangeError: an argument or option is not what it must be.
   *
   * ```ts
   * from(urls).pipe(pool.mapUnordered((worker, url) => worker.load(url))).subscribe(console.log);
   * ```
   */
  mapUnordered<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: Remote<Api>, value: T, index: number) => C,
    options?: OptionsWithPool<Mode, NoInfer<T>>,
  ): OperatorFunction<T, EmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelConcatMap` with this pool: runs the call that `fn` describes for every value, several at once, and emits all
   * values of the first task, while that runs, then those of the second.
   *
   * @param fn says which call, as for `map`, of a method that gives many values.
   * @param options those of `parallelConcatMap`.
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: it is a `bullmqPool`.
   *
   * ```ts
   * from(files).pipe(pool.concatMap((worker, file) => worker.rows(file))).subscribe(console.log);
   * ```
   */
  concatMap<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: RemoteValues<Api>, value: T, index: number) => C,
    options?: FlatOptionsWithPool<Mode>,
  ): OperatorFunction<T, FlatEmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelMergeMap` with this pool: emits each value as it comes, those of one task in their order.
   *
   * @param fn says which call, as for `concatMap`.
   * @param options those of `parallelMergeMap`.
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: it is a `bullmqPool`.
   *
   * ```ts
   * from(queries).pipe(pool.mergeMap((worker, query) => worker.hits(query))).subscribe(console.log);
   * ```
   */
  mergeMap<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: RemoteValues<Api>, value: T, index: number) => C,
    options?: FlatOptionsWithPool<Mode>,
  ): OperatorFunction<T, FlatEmittedOf<T, ResultOf<C>, Mode>>;
  /** The events of the pool; they cost nothing while nobody is subscribed. */
  readonly events$: Observable<PoolEvent>;
}

/** The part of a threads.js `Pool` that is used here. */
export interface ThreadsPool<Thread> {
  /** Lends a thread to `task`, until the promise that it returns settles. */
  queue<R>(task: (thread: Thread) => PromiseLike<R> | R): PromiseLike<R>;
  /** Ends its threads; with `force` at once. Never called here. */
  terminate(force?: boolean): Promise<void>;
}
