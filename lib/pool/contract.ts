/**
 * The contract between a stream and a pool.
 *
 * A pool never queues. Streams attach to it; whenever a worker has room, the pool asks the attached streams, in turn, for their
 * next task, and reports the outcome of each task to its stream.
 */
import type { PoolEvent, PoolStats } from '../api/types/pool.ts';
import type { BatchSizing } from './batchSizer.ts';
import type { QueueLimit } from './queueLimit.ts';

/** A call as the pool sees it. */
export interface Description {
  readonly method: string;
  readonly args: readonly unknown[];
  /** The parts of the arguments that are moved instead of copied. */
  readonly transfer: readonly unknown[] | undefined;
}

/**
 * When a value arrived, on the monotonic clock. One object is shared by all values that came together: a number in each task
 * would cost an object each.
 */
export interface Arrival {
  readonly time: number;
}

/** One value on its way, and the call to make for it. */
export interface Task extends Description {
  /** The number of the value in order of arrival, as users see it. */
  readonly index: number;
  /** The number of the task in order of dispatch, which is the order of the results; without gaps. */
  readonly seq: number;
  readonly input: unknown;
  /** The result of the pool's `carry` for this task. */
  readonly carried?: unknown;
  /** The result of the stream's `key` for this value. */
  key?: unknown;
  /** When the value came, or when the task is to be run again; undefined: when the task is sent. */
  arrival?: Arrival | undefined;
  /** How many workers have died while they ran this task. */
  crashes: number;
  /** How many failures of this task have led to another try. */
  failures?: number;
  /**
   * Set where the task had ended when its worker died and the outcome was lost: sending that may have been why the worker died,
   * so the task travels alone.
   */
  suspect?: true;
  /** Made where `pool.run` was called; used in place of `TaskSource.callSite`. */
  readonly callSite?: Error;
  /** Set once the task has given values: such a task is never run again. */
  gave?: true;
  /** Set where a message with this task could not be sent or read, because of one of its tasks: the task travels alone. */
  alone?: true;
}

/** Whether the worker that asks may take tasks of this key. */
export type MayTake = (key: unknown) => boolean;

/** A stream as a pool sees it. A pool reports outcomes in groups, and calls `proceed` after each group. */
export interface TaskSource {
  /** Most workers to use at once. */
  readonly concurrency: number;
  /** The highest is served first, equal ones in turn; default: 0. */
  readonly priority?: number;
  /** Most tasks in one message. */
  readonly batch: number;
  /** Milliseconds a task may run; undefined: any. */
  readonly timeout: number | undefined;
  /** Milliseconds a cancelled task may run on before its worker is terminated. */
  readonly terminateAfter: number;
  /** Whether a failed task may be run again, for which its arguments must stay as they are. Default: no. */
  readonly retries?: boolean;
  /** Made where the stream was subscribed: its stack is appended to that of a remote error. */
  readonly callSite: Error | undefined;
  /** The number of the stream in its pool, as events have it; assigned by the pool. */
  stream?: number;
  /** A batch sizer to use instead of one of the pool's own. */
  readonly sizer?: BatchSizing;
  /** Runs `act` in the async context of the subscriber. The pool calls `next`, which calls the user's `fn`, in it: once a message. */
  inContext<T>(act: () => T): T;
  /** Whether all tasks of one key go to one worker while that lives; each worker then asks with `may`. Default: no. */
  readonly sticky?: boolean;
  /** How many tasks `next` could give now; an upper bound where the number cannot be known. */
  waiting(may?: MayTake): number;
  /** Whether a value could be fetched at once, though none is waiting; default: no. */
  readonly canFetch?: boolean;
  next(may?: MayTake): Task | undefined;
  /** Gives back tasks that have not run: they are next again. */
  putBack(tasks: readonly Task[]): void;
  /** Whether `report` is wanted; default: no. */
  readonly reports?: boolean;
  /** A report of a task that is still running. */
  report?(task: Task, value: unknown): void;
  /**
   * Where tasks give many values: the most values of one task that may wait to be emitted; `value` is then only the end of the
   * task. Each such task is sent alone, to an idle worker: behind another task it could wait for one that waits for it.
   */
  readonly buffer?: number | undefined;
  /** Values of a running task; `grant` is called with how many of them have been emitted. */
  values?(task: Task, values: readonly unknown[], grant: (count: number) => void): void;
  value(task: Task, value: unknown): void;
  failure(task: Task, error: unknown): void;
  /** The worker died while it ran this task. Returns whether the task is run again. */
  crashed(task: Task, error: Error): boolean;
  /** There are new outcomes, or there is room: emits what is ready, and lets the pool take more. */
  proceed(): void;
  /** The pool is closing: it still runs the tasks of the values that the stream has received, and no others. */
  closing(reason: Error): void;
  /** No more outcomes will come: the pool was closed without draining, or no worker can be started. */
  error(error: unknown): void;
}

/** A pool as one attached stream sees it. */
export interface Attachment {
  /** Whether one more value of this stream could be dispatched now. */
  readonly hungry: boolean;
  /**
   * Whether the pool will ask this stream for tasks once there is room, so that new values need no `wake`. If false, the pool
   * asks only after `wake`. Default: the opposite of `hungry`.
   */
  readonly queued?: boolean;
  /** How many values the next messages would carry; a source that is pulled reads that many ahead. Default: 1. */
  readonly ahead?: number;
  /**
   * The call with its own copy of the arguments, as the pool will make it whatever happens to the originals. Called as soon as
   * the call is described. Absent where the pool itself copies the arguments at once.
   *
   * @throws CloneError: an argument cannot cross.
   */
  own?(call: Description): Description;
  /** The stream has tasks to take. */
  wake(): void;
  /** Cancels the tasks from this `seq` on: those that have not started never start, and the signals of running ones abort. */
  cancel(from: number): void;
  /** Cancels all tasks and detaches the stream. */
  leave(): void;
}

/** A pool as streams see it. */
export interface Pool {
  readonly size: number;
  attach(source: TaskSource): Attachment;
  /** Adds a listener to events; the returned function removes it. Public pools make an Observable of it. */
  listen(listener: EventListener): () => void;
  /** Whether the methods run on this thread, in the async context of the caller. */
  readonly runsHere?: boolean | undefined;
  /** What travels with each task besides its arguments; called in the caller's context when the call is described. */
  readonly carry?: (() => unknown) | undefined;
  /** Wraps the result buffer of a stream, where somebody watches the order in which results are emitted. */
  watch?: (<Results extends object>(results: Results, source: TaskSource) => Results) | undefined;
  /** Why tasks of this pool have one result each; absent: they may give many values. */
  readonly oneResult?: string | undefined;
  /** Why the tasks of one key cannot all go to one worker; absent: they can. */
  readonly notSticky?: string | undefined;
  /** A stream has dropped a value that was waiting for this pool (`overflow`). */
  dropped?(): void;
  /** The limit on what may wait for this pool; absent: none. */
  readonly queueLimit?: QueueLimit | undefined;
}

/** A listener to the events of a pool, and to their end. */
export interface EventListener {
  next(event: PoolEvent): void;
  complete(): void;
}

/** A pool with what its owner controls. */
export interface ClosablePool extends Pool {
  /** How many workers are starting. */
  readonly starting?: number;
  stats(): Omit<PoolStats, 'dropped' | 'paused'>;
  /** Makes the call on every worker that is up, and with `keep` on each later worker before its first task. */
  each(call: Description, calledAt: Error, keep: boolean): Promise<PromiseSettledResult<unknown>[]>;
  /** Resolves when this many workers are up. */
  warmUp(workers: number): Promise<void>;
  /** Whether no new task begins. */
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  resize(size: number): void;
  close(drain: boolean): Promise<void>;
}

/** The property under which a public pool keeps the pool as streams see it. */
export const ENGINE_POOL: unique symbol = Symbol.for('rxjs-parallel.engine') as never;
