/**
 * The contract between a stream and a pool.
 *
 * A pool never queues. A stream attaches to it; whenever a worker has room the pool asks the attached streams, in
 * turn, for their next task, and gives back what became of each.
 */
import type { PoolEvent, PoolStats } from '../api/pool.ts';
import type { BatchSizing } from './batchSizer.ts';
import type { QueueLimit } from './queueLimit.ts';

/** A call as the pool sees it. */
export interface Description {
  readonly method: string;
  readonly args: readonly unknown[];
  /** What is moved instead of copied. */
  readonly transfer: readonly unknown[] | undefined;
}

/** A moment on the monotonic clock. Shared by the values that came then: a number in each task would be an object more. */
export interface Arrival {
  readonly time: number;
}

/** One value on its way: which call, for which value. */
export interface Task extends Description {
  /** The number of the value in arrival order, as the user sees it. */
  readonly index: number;
  /** The number of the task in order of dispatch: without gaps, and so the order of the results. */
  readonly seq: number;
  readonly input: unknown;
  /** What its pool's `carry` gave for it. */
  readonly carried?: unknown;
  /** What its stream's `key` gave for it. */
  key?: unknown;
  /** When its value came, or it was to be run again; undefined: when it is sent. */
  arrival?: Arrival | undefined;
  /** How many workers have died of it. */
  crashes: number;
  /** How often it has failed and was to be run again. */
  failures?: number;
  /** It had ended when its worker died, and its outcome was lost with that: it may have been the reason, and travels alone. */
  suspect?: true;
  /** Made where the call was; it takes the place of `TaskSource.callSite`. */
  readonly callSite?: Error;
  /** It has given values: it is never run again. */
  gave?: true;
  /** The message that it was in could not be sent or read, for one of its tasks: it travels alone. */
  alone?: true;
}

/** Whether a task of this key may go to the worker that asks. */
export type MayTake = (key: unknown) => boolean;

/** What a pool sees of a stream. Outcomes come in groups; `proceed` ends each. */
export interface TaskSource {
  /** Most workers to use at once. */
  readonly concurrency: number;
  /** The higher is served first, equal ones in turn; default: 0. */
  readonly priority?: number;
  /** Most tasks in one message. */
  readonly batch: number;
  /** Milliseconds a task may run; undefined: any. */
  readonly timeout: number | undefined;
  /** Milliseconds a cancelled task may run on before its worker is terminated. */
  readonly terminateAfter: number;
  /** Whether it may give a task again that has failed: with arguments that no method has changed. Default: no. */
  readonly retries?: boolean;
  /** Made where the stream was subscribed: its stack is put under that of a remote error. */
  readonly callSite: Error | undefined;
  /** Its number among the streams of its pool, as events tell it: given by the pool. */
  stream?: number;
  /** How many of its tasks go into a message, where somebody has decided that; default: what its pool makes of them. */
  readonly sizer?: BatchSizing;
  /** Runs `act` in the async context of whoever subscribed. `next`, which calls their `fn`, is called within: once a message. */
  inContext<T>(act: () => T): T;
  /** Whether its tasks of one key are for one worker, while that lives: those that ask say which they may take. Default: no. */
  readonly sticky?: boolean;
  /** How many tasks `next` could give now; a high guess where it cannot be known. */
  waiting(may?: MayTake): number;
  /** Whether it could fetch a value at once, though none waits; default: no. */
  readonly canFetch?: boolean;
  next(may?: MayTake): Task | undefined;
  /** These have not run: they are next again. */
  putBack(tasks: readonly Task[]): void;
  /** Whether `report` is wanted; default: no. */
  readonly reports?: boolean;
  /** What the task says before it ends. */
  report?(task: Task, value: unknown): void;
  /**
   * Its tasks give many values, at most so many of one that have not been emitted; then `value` tells of its end only. Each is
   * sent alone, to a worker that has nothing else: behind another it could wait for what waits for it.
   */
  readonly buffer?: number | undefined;
  /** Values of a task that goes on; `grant` is told how many of them have been emitted. */
  values?(task: Task, values: readonly unknown[], grant: (count: number) => void): void;
  value(task: Task, value: unknown): void;
  failure(task: Task, error: unknown): void;
  /** The worker that ran this task is gone. Returns whether it is run again. */
  crashed(task: Task, error: Error): boolean;
  /** There are outcomes, or there is room: emits what is ready, and takes more. */
  proceed(): void;
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

/** A pool as streams see it. */
export interface Pool {
  readonly size: number;
  attach(source: TaskSource): Attachment;
  /** From now on; returns what ends that. Observables are made of it where users see the pool. */
  listen(listener: EventListener): () => void;
  /** Whether the methods run on this thread: in the async context of whoever called. */
  readonly runsHere?: boolean | undefined;
  /** What goes with each task besides its arguments: asked when the call is described, in the context of whoever makes it. */
  readonly carry?: (() => unknown) | undefined;
  /** Takes the place of a stream's result buffer, where somebody watches the order in which results are emitted. */
  watch?: (<Results extends object>(results: Results, source: TaskSource) => Results) | undefined;
  /** Why its tasks have one result each; absent: they may give many values. */
  readonly oneResult?: string | undefined;
  /** Why its tasks of one key cannot be for one worker; absent: they can. */
  readonly notSticky?: string | undefined;
  /** A stream has dropped a value that was waiting for this pool (`overflow`). */
  dropped?(): void;
  /** How much may wait for it; absent: any number. */
  readonly queueLimit?: QueueLimit | undefined;
}

/** Hears what happens in a pool, and its end. */
export interface EventListener {
  next(event: PoolEvent): void;
  complete(): void;
}

/** What a pool offers besides taking streams. */
export interface ClosablePool extends Pool {
  /** Workers that are coming up. */
  readonly starting?: number;
  stats(): Omit<PoolStats, 'dropped' | 'paused'>;
  /** Every worker that is up makes the call, and with `keep` each that comes up later, before its first task. */
  each(call: Description, calledAt: Error, keep: boolean): Promise<PromiseSettledResult<unknown>[]>;
  /** Resolves when so many workers are up. */
  warmUp(workers: number): Promise<void>;
  /** Whether nothing new begins. */
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  resize(size: number): void;
  close(drain: boolean): Promise<void>;
}

/** The property under which a public pool keeps the pool as streams see it. */
export const ENGINE_POOL: unique symbol = Symbol.for('rxjs-parallel.engine') as never;
