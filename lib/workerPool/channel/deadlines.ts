/** The two deadlines a batch at a worker may have: its task's own, and that of its cancellation. */
import { afterMessages } from '#platform';
import type { Batch } from './batch.ts';

/**
 * Whether what the worker has begun of it has ended: the outcome is on its way, and may have come too late for this look.
 * The worker may be at the next batch already, whose tasks must not pay for this one.
 */
const hasEnded = (batch: Batch): boolean => batch.claimed > 0 && batch.cell.done >= batch.claimed;

/** A worker that has not come to its task after so many ms, or after the timeout if that is longer, never will. */
const COMES_WITHIN = 10_000;

/**
 * Runs out `timeout` ms after the task began in the worker. `stuck` where it does not begin: a task before it has left an
 * endless loop behind.
 */
export function whenOutOfTime(batch: Batch, timeout: number, expire: () => void, stuck: () => void): void {
  let spared = false;
  let unbegun = 0;
  const wait = (ms: number): void => {
    batch.setDeadline(() => {
      // A reply that is already waiting comes first: a host that was busy makes no task late.
      afterMessages(() => {
        if (batch.over || !batch.wanted) return;
        const age = batch.shared ? batch.cell.age : timeout;
        if (age === undefined) {
          unbegun += timeout;
          if (unbegun < COMES_WITHIN) wait(timeout);
          else stuck();
        } else if (age < timeout) wait(timeout - age);
        else if (!spared && hasEnded(batch)) {
          // Once: to send an outcome may take for ever, where a getter of it does.
          spared = true;
          wait(timeout);
        } else expire();
      });
    }, ms);
  };
  wait(timeout);
}

/** A cancelled batch at the head may run on for its stream's `terminateAfter`, from when it is the one that runs. */
export function giveNotice(head: Batch | undefined, expire: () => void): void {
  if (head?.beginNotice() !== true) return;
  const { terminateAfter } = head.attachment.source;
  if (terminateAfter === Infinity) return;
  let spared = false;
  const wait = (): void => {
    const timer = head.setDeadline(() => {
      afterMessages(() => {
        if (head.over) return;
        if (spared || !hasEnded(head)) return expire();
        spared = true;
        wait();
      });
    }, terminateAfter);
    (timer as { unref?(): void }).unref?.();
  };
  wait();
}
