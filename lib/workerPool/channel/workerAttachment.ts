/** A stream's attachment to a pool of workers. */
import { ownCall } from '../../pool/ownCall.ts';
import { BatchSizer, type BatchSizing } from '../../pool/batchSizer.ts';
import { BaseAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, MayTake, TaskSource, Task } from '../../pool/contract.ts';

/** The life of one worker in a slot, as an identity: from when it is up until it ends. */
export interface Life {
  up: boolean;
}

/** The part of `KeyHomes` that an attachment uses. */
interface Homes {
  open(life: Life | undefined): MayTake;
  assign(key: unknown, life: Life): boolean;
  forget(key: unknown): void;
}

/** The part of the worker pool that an attachment uses. */
export interface WorkerAttachmentPool extends AttachmentPool<WorkerAttachment> {
  /** Whether another worker could be started for the last of `waiting` tasks. */
  couldStartFor(attachment: WorkerAttachment, waiting: number): boolean;
  /** Whether a worker has room for a task of this stream, even if the stream has none for that worker. */
  hasWorkerFor(attachment: WorkerAttachment): boolean;
  /** Counts a task that has failed because its arguments cannot cross. */
  callFailed(): void;
  readonly homes: Homes;
}

export class WorkerAttachment extends BaseAttachment {
  readonly sizer: BatchSizing;
  protected readonly pool: WorkerAttachmentPool;
  /** How many slots have batches of this stream. */
  slots = 0;
  /** Whether the next task has to travel alone, to an idle worker. */
  alone = false;
  /** Tasks that were the first of their key at their worker. */
  readonly #firsts = new WeakSet<Task>();

  constructor(source: TaskSource, pool: WorkerAttachmentPool) {
    super(source);
    this.sizer = source.sizer ?? new BatchSizer();
    this.pool = pool;
  }

  get sticky(): boolean {
    return this.source.sticky === true;
  }

  /**
   * False, so that the stream wakes the pool, also where another worker could be started for the last value, and where a worker
   * has room though all that waits is for others (`sticky`).
   */
  override get queued(): boolean {
    if (!super.queued || this.pool.couldStartFor(this, this.waitingFor())) return false;
    return !this.sticky || !this.pool.hasWorkerFor(this);
  }

  own(call: Description): Description {
    return ownCall(call, () => this.pool.callFailed());
  }

  /** How many tasks the worker of this life may take; without `life`, a worker that has not started yet. */
  waitingFor(life?: Life): number {
    return this.source.waiting(this.sticky ? this.pool.homes.open(life) : undefined);
  }

  /**
   * Takes up to `most` tasks for one message to the worker of this life; of a message all inputs are moved, or none. Some tasks
   * travel alone, and only to an idle worker:
   *
   * - Tasks whose input is moved: that would be gone if the worker died of another task, and could not be recalled. Not where the
   *   user allows it, by a `batch` that is a number above 1.
   * - Suspects, and tasks of a message that could not be read: if it happens again, it is known which task is the reason.
   * - Tasks that give many values.
   */
  take(most: number, idle: boolean, life: Life): Task[] {
    const tasks: Task[] = [];
    const { source, sticky } = this;
    const may = sticky ? this.pool.homes.open(life) : undefined;
    this.alone = false;
    while (tasks.length < most) {
      const task = source.next(may);
      if (task === undefined) break;
      const moved = task.transfer !== undefined;
      const toIdle =
        (moved && (source.batch === 1 || source.batch === Infinity)) ||
        task.suspect === true ||
        task.alone === true ||
        source.buffer !== undefined;
      if (tasks.length > 0 ? toIdle || moved !== (tasks[0]!.transfer !== undefined) : toIdle && !idle) {
        source.putBack([task]);
        this.alone = toIdle;
        break;
      }
      tasks.push(task);
      if (sticky && this.pool.homes.assign(task.key, life)) this.#firsts.add(task);
      if (toIdle) break;
    }
    return tasks;
  }

  /**
   * Puts back tasks that were recalled from a worker, or not sent to it. A key of which that worker has run no task is free for
   * any worker again.
   */
  putBack(tasks: readonly Task[]): void {
    if (this.sticky) for (const task of tasks) if (this.#firsts.delete(task)) this.pool.homes.forget(task.key);
    this.source.putBack(tasks);
    this.enqueue();
  }
}
