/// <reference lib="esnext.disposable" preserve="true" />
/** Pools as users see them. */
import type { Observable, OperatorFunction } from 'rxjs';
import type { IterableSource } from './iterableSource.ts';
import type { IterableOptionsWithPool, OptionsWithPool, RetryOptions, TaskReport } from './options.ts';
import type { EmittedOf, FlatEmittedOf } from './emitted.ts';
import type { FlatOptionsWithPool, RemoteValues } from './manyValues.ts';
import type { Call, Remote, ResultOf } from './remote.ts';
import type { AbortSignalLike } from './signal.ts';

/** Numbers of a pool since it was made. */
export interface PoolStats {
  /** Workers that are up. */
  readonly workers: number;
  /** Workers that are up and have nothing to do. */
  readonly idle: number;
  /** Tasks that have been sent to a worker and have not come back. */
  readonly running: number;
  /** Tasks that ended with a value. */
  readonly completed: number;
  /** Tasks that ended with an error, a timeout or a crash. */
  readonly failed: number;
  /** Workers that were started in place of a lost one. */
  readonly restarts: number;
  /**
   * Milliseconds that workers have spent in tasks, as far as their outcomes have come, waiting in an async task included.
   * Of a plain threads.js worker: from the call to its answer.
   */
  readonly taskTime: number;
  /**
   * Milliseconds in which workers had tasks and were in none: clones being made and read, messages on their way, a main
   * thread that was busy. 0 where that cannot be told apart from the task, as with plain threads.js workers, or is nothing,
   * as in `localPool`. Much of it against `taskTime`: the tasks are too small, or what is copied for them too large.
   */
  readonly carryTime: number;
  /** For each worker that is up, the share (0 to 1) of the time since it came up that it has spent in tasks, the present one included. */
  readonly busy: readonly number[];
  /**
   * How long tasks have waited: all the time from when the value was there (pushed, or the call made; of a source that is
   * pulled, from when it was sent) until its outcome was, in which the task did not run. `wait` and `run` of a task are together
   * its latency. Values that a source pushes in one turn count from the first of them.
   */
  readonly wait: Durations;
  /** How long tasks have run, from their start in the worker to their end, what they await included. */
  readonly run: Durations;
  /** Values that streams dropped before they were sent, because more than `maxPending` were waiting. */
  readonly dropped: number;
  /** Whether the pool is paused. */
  readonly paused: boolean;
}

/**
 * How long something took, in ms: half of it at most `p50`, 99 of 100 at most `p99`, within 3 %; and `max`. All 0 before the
 * first. Of tasks that came back, or failed with their worker; those that travel in one message, a few ms of work, count
 * with their mean. Cancelled ones do not count; of one that is run again, each time does.
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
 * What happens in a pool. `time` is in milliseconds since the epoch, with fractions, and comparable among all workers:
 * no task starts before it was sent, ends before it started, or does either later than it is told.
 */
export type PoolEvent =
  | { readonly type: 'worker:start'; readonly worker: number; readonly time: number }
  | {
      readonly type: 'worker:exit';
      readonly worker: number;
      readonly time: number;
      readonly exitCode?: number;
      /**
       * Why, where the pool has not ended it: a `WorkerCrashedError`, whose `cause` is the uncaught error if that was the
       * reason. Where nobody listens and no task fails with it, an uncaught error is printed as one line to stderr.
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

/** Which task an event is about. */
interface TaskOfEvent {
  readonly worker: number;
  /** Whose task it is: streams are numbered in the order in which they came to the pool, and so are calls of `pool.run`. */
  readonly stream: number;
  /** The number of the value in its stream; 0 of a call. */
  readonly index: number;
  /** The method that is called; of an inline function its name, or `inline`. */
  readonly method: string;
  readonly time: number;
}

/** Options of `pool.run`. */
export interface RunOptions {
  /** Aborts the task; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Milliseconds the task may run, at least 1. Default: no limit. A task that has asked for its signal is told, and has a
   * second to stop; any other loses its worker.
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds from the call, at least 1, in which the outcome has to be here, waiting for a worker included. Past it the
   * promise rejects with `TaskTimeoutError`; a task that runs is cancelled: it has a second to stop before its worker is
   * ended. Default: no limit.
   */
  readonly deadline?: number | undefined;
  /**
   * Who is served first, as the option of a stream: any finite number; the higher first, equal ones in turn. Default: 0.
   *
   * ```ts
   * const found = await pool.run((worker) => worker.search(text), { priority: 1 });
   * ```
   */
  readonly priority?: number | undefined;
  /** Runs a task that failed again, as the option `retry` of a stream does; `signal` and `deadline` end that, too. Default: 0. */
  readonly retry?: number | RetryOptions | undefined;
  /** Hears what the task reports before it ends, as the option of the operators does; what it throws rejects the promise. */
  readonly onReport?: ((report: TaskReport) => void) | undefined;
}

/** Options of `pool.each`. */
export interface EachOptions {
  /** Whether each worker that comes up later makes the call, too. Default: false. */
  readonly keep?: boolean | undefined;
}

/** Options of `pool.close`. */
export interface CloseOptions {
  /**
   * `true` (the default): what the streams have already taken is delivered first.
   * `false`: live streams error at once with `PoolClosedError`.
   */
  readonly drain?: boolean | undefined;
}

/** What a pool has whatever kind of Observable its streams are of. */
export interface BasicPool<Api> extends AsyncDisposable {
  /** Most workers at once, as of now. */
  readonly size: number;
  /** One call, as a Promise. `fn` says which: `pool.run((worker) => worker.count(9))`. */
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
   * One call on every worker that is up, each in turn with its other tasks: what became of each. With `keep` also on each
   * worker that comes up later, before its first task; one in which it fails then has not started.
   */
  each<C extends Call<unknown>>(
    fn: (worker: Remote<Api>) => C,
    options?: EachOptions,
  ): Promise<PromiseSettledResult<ResultOf<C>>[]>;
  /**
   * Starts workers; resolves when so many are up, their setup done. `workers`: an integer, at least 1, at most the size of the
   * pool, which is the default. Rejects with `WorkerInitError`, or with `PoolClosedError`.
   */
  warmUp(workers?: number): Promise<void>;
  /** Counts since the pool was made. */
  stats(): PoolStats;
  /**
   * Changes the size: an integer, at least 1. More workers are started when there is work for them; fewer there are as workers
   * become idle: what runs ends, what has not begun goes to others, and a worker that is over does its teardown. Streams
   * without `concurrency` follow. Of a `bullmqPool` it is how many jobs may be out. A `localPool` is always of 1.
   *
   * @throws TypeError, RangeError: it is no such number; a `localPool` is to have more than 1.
   *
   * ```ts
   * pool.resize(2);
   * ```
   */
  resize(size: number): void;
  /**
   * Lets no task of a stream or of `run` begin until `resume`: what runs ends, and its results are emitted; what workers were
   * sent and have not begun is taken back, where memory is shared. Values and calls wait meanwhile, and a `deadline` runs on;
   * they do not keep a Node process alive. `each` and `warmUp` go on; of a `bullmqPool` what other producers do, and the jobs
   * that are in the queue. A pool that is closed is not paused: `close` goes on with what waits, as ever.
   *
   * ```ts
   * pool.pause();
   * await pool.each((worker) => worker.reload());
   * pool.resume();
   * ```
   */
  pause(): void;
  /** Goes on after `pause`; where it was not paused, nothing happens. */
  resume(): void;
  /** Ends the workers; resolves when all have ended. May be called again: `{ drain: false }` cuts a draining close short. */
  close(options?: CloseOptions): Promise<void>;
}

/** A pool of workers, shared by every stream that names it: made by `workerPool`, `localPool` and `bullmqPool`. */
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
   * values of the first task, while it runs, then those of the second.
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
  /** What happens in the pool, while somebody is subscribed; costs nothing otherwise. */
  readonly events$: Observable<PoolEvent>;
}

/** A threads.js `Pool`, as far as it is used here. */
export interface ThreadsPool<Thread> {
  /** Lends a thread to `task`, until what that returns is settled. */
  queue<R>(task: (thread: Thread) => PromiseLike<R> | R): PromiseLike<R>;
  /** Ends its threads; with `force` at once. Never called here. */
  terminate(force?: boolean): Promise<void>;
}
