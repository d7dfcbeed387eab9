/** A stream's attachment to a pool of workers. */
import { ownCall } from '../../pool/ownCall.ts';
import { BatchSizer, type BatchSizing } from '../../pool/batchSizer.ts';
import { BaseAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, TaskSource, Task } from '../../pool/contract.ts';

/** What an attachment asks of its pool besides. */
export interface WorkerAttachmentPool extends AttachmentPool<WorkerAttachment> {
  /** Whether another worker could be started for the last of so many tasks that wait. */
  couldStartFor(attachment: WorkerAttachment, waiting: number): boolean;
  /** A call could not be made: its task has failed. */
  callFailed(): void;
}

export class WorkerAttachment extends BaseAttachment {
  readonly sizer: BatchSizing;
  protected readonly pool: WorkerAttachmentPool;
  /** How many slots have a batch of this stream. */
  slots = 0;
  /** Whether the next task has to travel alone. */
  alone = false;

  constructor(source: TaskSource, pool: WorkerAttachmentPool) {
    super(source);
    this.sizer = source.sizer ?? new BatchSizer();
    this.pool = pool;
  }

  /** A pool that could start a worker for the last value has to be told of it. */
  override get queued(): boolean {
    return super.queued && !this.pool.couldStartFor(this, this.source.waiting());
  }

  own(call: Description): Description {
    return ownCall(call, () => this.pool.callFailed());
  }

  /**
   * Up to `most` tasks for one message to a worker that is idle or not. What is moved instead of copied travels alone
   * and to an idle one: it would be gone if its worker died of another task, or could not be taken back from it. So does
   * what may have killed a worker, or may be why a message could not be read: then it is known whether it does, or is.
   */
  take(most: number, idle: boolean): Task[] {
    const tasks: Task[] = [];
    this.alone = false;
    while (tasks.length < most) {
      const task = this.source.next();
      if (task === undefined) break;
      const apart =
        task.transfer !== undefined || task.suspect === true || task.alone === true || this.source.buffer !== undefined;
      if (apart && (tasks.length > 0 || !idle)) {
        this.source.putBack([task]);
        this.alone = true;
        break;
      }
      tasks.push(task);
      if (apart) break;
    }
    return tasks;
  }
}
