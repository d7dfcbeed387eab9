/** A stream's place at a pool of slots. */
import { ownCall } from '../../pool/ownCall.ts';
import { BatchSizer } from '../../pool/batchSizer.ts';
import { BatchingAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, TaskSource, Task } from '../../pool/contract.ts';
import type { Batch } from './batch.ts';
import type { WorkerSlot } from '../dispatch/workerSlot.ts';

export class WorkerAttachment extends BatchingAttachment<WorkerAttachment> {
  /** How many slots have a batch of this stream. */
  slots = 0;
  /** Whether the next task has to travel alone. */
  alone = false;
  /** Whether nobody waits any more for what `fn` has described. */
  left = false;

  readonly #failed: () => void;

  /** `failed` is told of each task whose call cannot be made. */
  constructor(source: TaskSource, pool: AttachmentPool<WorkerAttachment>, failed: () => void) {
    super(source, new BatchSizer(), pool);
    this.#failed = failed;
  }

  own(call: Description): Description {
    return ownCall(call, this.#failed);
  }

  override leave(): void {
    this.left = true;
    super.leave();
  }

  /** Whether `slot` is among those that this stream may use, now or when it is idle. */
  mayUse(slot: WorkerSlot): boolean {
    return this.slots < this.source.concurrency || slot.batches.some((batch: Batch) => batch.attachment === this);
  }

  /** Whether its next tasks may follow at once on what `slot` has: only those that are known to be quick wait there. */
  mayFollow(slot: WorkerSlot): boolean {
    return slot.idle || (!this.alone && this.source.timeout === undefined && this.sizer.small);
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
      const apart = task.transfer !== undefined || task.suspect === true || task.alone === true;
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
