/** A stream's attachment to a pool of workers. */
import { ownCall } from '../../pool/ownCall.ts';
import { BatchSizer, type BatchSizing } from '../../pool/batchSizer.ts';
import { BaseAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, MayTake, TaskSource, Task } from '../../pool/contract.ts';

/** One worker, from when it is up until it is gone. */
export interface Life {
  up: boolean;
}

/** Which worker the tasks of a key are for: see `KeyHomes`. */
interface Homes {
  open(life: Life | undefined): MayTake;
  assign(key: unknown, life: Life): boolean;
  forget(key: unknown): void;
}

/** What an attachment asks of its pool besides. */
export interface WorkerAttachmentPool extends AttachmentPool<WorkerAttachment> {
  /** Whether another worker could be started for the last of so many tasks that wait. */
  couldStartFor(attachment: WorkerAttachment, waiting: number): boolean;
  /** Whether a worker has room for a task of this stream, whether there is one for it or not. */
  hasWorkerFor(attachment: WorkerAttachment): boolean;
  /** A call could not be made: its task has failed. */
  callFailed(): void;
  readonly homes: Homes;
}

export class WorkerAttachment extends BaseAttachment {
  readonly sizer: BatchSizing;
  protected readonly pool: WorkerAttachmentPool;
  /** How many slots have a batch of this stream. */
  slots = 0;
  /** Whether the next task has to travel alone. */
  alone = false;
  /** Tasks that were the first of their key for their worker. */
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
   * A pool that could start a worker for the last value has to be told of it; and one with a worker that has room, where what waits is
   * for others.
   */
  override get queued(): boolean {
    if (!super.queued || this.pool.couldStartFor(this, this.waitingFor())) return false;
    return !this.sticky || !this.pool.hasWorkerFor(this);
  }

  /** `'auto'` is no limit. */
  get #movedWait(): boolean {
    const { batch } = this.source;
    return batch > 1 && batch < Infinity;
  }

  own(call: Description): Description {
    return ownCall(call, () => this.pool.callFailed());
  }

  /** How many tasks it may have for the worker of this life; for one that is yet to come up, where that is left out. */
  waitingFor(life?: Life): number {
    return this.source.waiting(this.sticky ? this.pool.homes.open(life) : undefined);
  }

  /**
   * Up to `most` tasks for one message to the worker of this life, which is idle or not. What is moved instead of copied
   * travels alone and to an idle one: it would be gone if its worker died of another task, or could not be taken back from it.
   * Where the user has said how many may travel together, it may wait at a worker all the same. What may have killed a worker,
   * or may be why a message could not be read, also goes alone to an idle one: then it is known whether it does, or is.
   */
  take(most: number, idle: boolean, life: Life): Task[] {
    const tasks: Task[] = [];
    const { sticky } = this;
    const may = sticky ? this.pool.homes.open(life) : undefined;
    this.alone = false;
    while (tasks.length < most) {
      const task = this.source.next(may);
      if (task === undefined) break;
      const moved = task.transfer !== undefined;
      const toIdle =
        (moved && !this.#movedWait) || task.suspect === true || task.alone === true || this.source.buffer !== undefined;
      const apart = moved || toIdle;
      if (apart && (tasks.length > 0 || (toIdle && !idle))) {
        this.source.putBack([task]);
        this.alone = toIdle;
        break;
      }
      tasks.push(task);
      if (sticky && this.pool.homes.assign(task.key, life)) this.#firsts.add(task);
      if (apart) break;
    }
    return tasks;
  }

  /** The worker has not begun these, and is at something that may last: a key that it has had nothing of is no more for it. */
  putBack(tasks: readonly Task[]): void {
    if (this.sticky) for (const task of tasks) if (this.#firsts.delete(task)) this.pool.homes.forget(task.key);
    this.source.putBack(tasks);
    this.enqueue();
  }
}
