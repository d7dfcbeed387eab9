/** The two deadlines of a batch at a worker: the timeout of its task, and the notice after a cancellation. */
import { afterMessages } from '#platform';
import type { Batch } from './batch.ts';

/**
 * Whether all tasks that the worker has begun of this batch have ended, so that the reply is on its way. The worker may run the
 * next batch by now, whose tasks must not suffer for this one.
 */
const hasEnded = (batch: Batch): boolean => batch.claimed > 0 && batch.cell.done >= batch.claimed;

/** A worker that has not begun its task after this many ms, or after the timeout if that is longer, is stuck. */
const COMES_WITHIN = 10_000;

/**
 * Calls `expire` when the task has run for `timeout` ms, `recall` before that, and `stuck` when it does not begin: an endless
 * loop of an earlier task is then still running.
 */
export function whenOutOfTime(
  batch: Batch,
  timeout: number,
  recall: () => void,
  expire: () => void,
  stuck: () => void,
): void {
  let spared = false;
  let unbegun = 0;
  const wait = (ms: number): void => {
    batch.setDeadline(() => {
      // A reply that is already waiting is read first: a busy host must not make a task late.
      afterMessages(() => {
        if (batch.over || !batch.wanted) return;
        const age = batch.shared ? batch.cell.age : timeout;
        if (age === undefined) {
          unbegun += timeout;
          if (unbegun < COMES_WITHIN) wait(timeout);
          else stuck();
        } else if (age < timeout) wait(timeout - age);
        else {
          // Before `hasEnded`: a worker whose task ends now must not begin another, which would be lost with it.
          recall();
          if (spared || !hasEnded(batch)) return expire();
          // Only once: sending the outcome may never end, if it has a getter that does not.
          spared = true;
          wait(timeout);
        }
      });
    }, ms);
  };
  wait(timeout);
}

/**
 * Calls `expire`, and `recall` before that, where a cancelled batch at the head of the queue still runs after the `terminateAfter`
 * of its stream.
 */
export function giveNotice(head: Batch | undefined, recall: () => void, expire: () => void): void {
  if (head?.beginNotice() !== true) return;
  const { terminateAfter } = head.attachment.source;
  if (terminateAfter === Infinity) return;
  let spared = false;
  const wait = (): void => {
    const timer = head.setDeadline(() => {
      afterMessages(() => {
        if (head.over) return;
        recall();
        if (spared || !hasEnded(head)) return expire();
        spared = true;
        wait();
      });
    }, terminateAfter);
    (timer as { unref?(): void }).unref?.();
  };
  wait();
}
