/** The channel of a plain threads.js worker, which accepts one call at a time and reports only its result. */
import { programError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { monotonic, now } from '../../primitives/clock.ts';
import { callPlain } from '../../threadsjs/plainWorker.ts';
import type { Batch } from './batch.ts';
import { BatchQueue } from './batchQueue.ts';
import { WorkerChannel, unreadable } from './workerChannel.ts';

const ONE_RESULT =
  "A worker that uses threads.js's expose has one result a call: to give many values, use expose of rxjs-parallel/worker";

export class PlainChannel extends WorkerChannel {
  readonly batches: BatchQueue = new BatchQueue(1);
  readonly most: number = 1;

  protected post(batch: Batch): void {
    const [task] = batch.tasks as readonly [Task];
    const began = now();
    batch.posted = monotonic();
    this.taskEvents.begun(batch, 0, began);
    const { buffer, callSite } = batch.attachment.source;
    const called =
      buffer === undefined
        ? callPlain(this.connection.plain!, task, task.callSite ?? callSite)
        : Promise.resolve({ failed: true, value: programError(ONE_RESULT) });
    void called.then(({ failed, value }) => {
      if (!batch.over) this.#answered(batch, failed, value, began);
    });
  }

  /** threads.js has no message to cancel a running call. */
  protected postCancel(): void {}

  /** The unread message can only have been the result of the running call. */
  protected unread(): void {
    const { head } = this.batches;
    if (head !== undefined) this.#answered(head, true, unreadable(), now());
  }

  #answered(batch: Batch, failed: boolean, value: unknown, began: number): void {
    const { cancelled, attachment, tasks } = batch;
    const { source, sizer } = attachment;
    const [task] = tasks as readonly [Task];
    this.heard();
    this.taskEvents.ended(batch, 0, cancelled ? 'cancel' : failed ? 'error' : 'value', began, Infinity, value);
    if (!cancelled) this.ran(batch, task, now() - began);
    if (failed) source.failure(task, value);
    else source.value(task, value);
    sizer.observe(1, now() - began);
    this.utilization.add();
    this.batches.remove(batch);
    this.settled(batch, cancelled ? 0 : 1, failed && !cancelled ? 1 : 0);
  }
}
