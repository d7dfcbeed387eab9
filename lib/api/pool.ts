/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The seam between a stream and a pool.
 *
 * A pool never queues. A stream attaches to it; whenever a worker has room the pool asks the attached streams, in
 * turn, for their next task, and gives back what became of each.
 */
import type { Observable } from 'rxjs';
import type { BatchSizing } from '../pool/batchSizer.ts';
import type { QueueLimit } from '../pool/queueLimit.ts';
import type { Call, Remote, ResultOf } from './remote.ts';
import type { AbortSignalLike } from './signal.ts';

/** A call as the pool sees it. */
export interface Description {
  readonly method: string;
  readonly args: readonly unknown[];
  /** What is moved instead of copied. */
  readonly transfer: readonly unknown[] | undefined;
}

/** One value on its way: which call, for which value. */
export interface Task extends Description {
  /** The number of the value in arrival order, as the user sees it. */
  readonly index: number;
  /** The number of the task in order of dispatch: without gaps, and so the order of the results. */
  readonly seq: number;
  readonly input: unknown;
  /** How many workers have died of it. */
  crashes: number;
  /** It had ended when its worker died, and its outcome was lost with that: it may have been the reason, and travels alone. */
  suspect?: true;
  /** Made where the call was: see `Feed.subscribed`, which it takes the place of. */
  readonly callSite?: Error;
  /** The message that it was in could not be sent or read, for one of its tasks: it travels alone. */
  alone?: true;
}

/** What a pool sees of a stream. Outcomes come in groups; `drain` ends each. */
export interface TaskSource {
  /** Most workers to use at once. */
  readonly concurrency: number;
  /** Most tasks in one message. */
  readonly batch: number;
  /** Milliseconds a task may run; undefined: any. */
  readonly timeout: number | undefined;
  /** Milliseconds a cancelled task may run on before its worker is terminated. */
  readonly terminateAfter: number;
  /** Made where the stream was subscribed: its stack is put under that of a remote error. */
  readonly callSite: Error | undefined;
  /** How many of its tasks go into a message, where somebody has decided that; default: what its pool makes of them. */
  readonly sizer?: BatchSizing;
  /** Runs `act` in the async context of whoever subscribed. `next`, which calls their `fn`, is called within: once a message. */
  inContext<T>(act: () => T): T;
  /** How many tasks `next` could give now; a high guess where it cannot be known. */
  waiting(): number;
  /** Whether it could fetch a value at once, though none waits; default: no. */
  readonly canFetch?: boolean;
  next(): Task | undefined;
  /** These have not run: they are next again. */
  putBack(tasks: readonly Task[]): void;
  value(task: Task, value: unknown): void;
  failure(task: Task, error: unknown): void;
  /** The worker that ran this task is gone. Returns whether it is run again. */
  crashed(task: Task, error: Error): boolean;
  drain(): void;
  /** The pool is closing: what has been taken is still run, nothing more is. */
  closing(reason: Error): void;
  /** No outcome will come any more: the pool was closed at once, or no worker can be started. */
  error(error: unknown): void;
}

/** What a stream sees of a pool: its place among the streams attached. */
export interface Attachment {
  /** There is room for a value more of this stream. */
  readonly hungry: boolean;
  /**
   * The pool will ask this stream when there is room: it need not be told of a value more. Otherwise it asks only after
   * `wake`. Default: what `hungry` is not.
   */
  readonly queued?: boolean;
  /** How many values the next messages would carry: worth having ready, where they have to be fetched. Default: 1. */
  readonly ahead?: number;
  /**
   * The call as the pool will make it, whatever becomes of the originals: with arguments of its own. To be asked as soon as
   * the call is described. Absent where the pool takes the description itself for good at once.
   *
   * @throws CloneError: an argument cannot cross.
   */
  own?(call: Description): Description;
  /** There is something to take. */
  wake(): void;
  /** Drops what was sent from this `seq` on: not started, it never starts; running, its signal aborts. */
  cancel(from: number): void;
  /** Cancels everything and leaves. */
  leave(): void;
}

/** A pool as the engine sees it. */
export interface Pool {
  readonly size: number;
  attach(source: TaskSource): Attachment;
  /** Whether the methods run on this thread: in the async context of whoever called. */
  readonly runsHere?: boolean;
  /** A stream has dropped a value that was waiting for this pool (`overflow`). */
  dropped?(): void;
  /** How much may wait for it; absent: any number. */
  readonly queueLimit?: QueueLimit | undefined;
}

/** Where a public pool keeps what the engine sees of it. */
export const ENGINE_POOL: unique symbol = Symbol.for('rxjs-parallel.engine') as never;

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
  /** Values that streams dropped before they were sent, because more than `maxPending` were waiting. */
  readonly dropped: number;
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
  | { readonly type: 'task:start'; readonly worker: number; readonly index: number; readonly time: number }
  | {
      readonly type: 'task:end';
      readonly worker: number;
      readonly index: number;
      readonly time: number;
      readonly outcome: 'value' | 'error' | 'timeout' | 'crash' | 'cancel';
    };

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
}

/** Options of `pool.close`. */
export interface CloseOptions {
  /**
   * `true` (the default): what the streams have already taken is delivered first.
   * `false`: live streams error at once with `PoolClosedError`.
   */
  readonly drain?: boolean | undefined;
}

/** A pool of workers, shared by every stream that names it: made by `workerPool`, `localPool` and `bullmqPool`. */
export interface WorkerPool<Api> extends AsyncDisposable {
  /** Most workers at once. */
  readonly size: number;
  /** One call, as a Promise. `fn` says which: `pool.run((worker) => worker.count(9))`. */
  run<C extends Call<unknown>>(fn: (worker: Remote<Api>) => C, options?: RunOptions): Promise<ResultOf<C>>;
  /** Counts since the pool was made. */
  stats(): PoolStats;
  /** What happens in the pool, while somebody is subscribed; costs nothing otherwise. */
  readonly events$: Observable<PoolEvent>;
  /** Ends the workers; resolves when all have ended. May be called again: `{ drain: false }` cuts a draining close short. */
  close(options?: CloseOptions): Promise<void>;
}

/** A threads.js `Pool`, as far as it is used here. */
export interface ThreadsPool<Thread> {
  queue<R>(task: (thread: Thread) => PromiseLike<R> | R): PromiseLike<R>;
  terminate(force?: boolean): Promise<void>;
}
