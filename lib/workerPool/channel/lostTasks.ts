/** What becomes of the tasks of a batch whose worker is gone. */
import { now } from '../../primitives/clock.ts';
import type { Task } from '../../pool/contract.ts';
import { crashed } from '../startup/exitErrors.ts';
import type { WorkerExit } from '../startup/workerExit.ts';
import type { Batch } from './batch.ts';
import type { TaskEvents } from './taskEvents.ts';

/** Why the worker is gone; where `error` is given, that is what the running task ends with, and is not run again. */
export type ExitOf = WorkerExit & { readonly error?: (task: Task) => Error };

/** What of a batch is lost with its worker, by what the worker had done of it. */
export interface LostTasks {
  /** It had begun these, and they have no outcome: `ended`, that was on its way. */
  readonly failed: readonly { readonly offset: number; readonly task: Task; readonly ended: boolean }[];
  /** Their outcomes were on the way, too; these run again, once, and each alone. */
  readonly suspects: readonly Task[];
  /** These it had not begun: they are next again. */
  readonly back: readonly Task[];
  /** How many it had begun. */
  readonly begun: number;
}

/**
 * What ran has failed; what had not begun goes back. What had ended and is not reported goes back once, as a suspect,
 * which travels alone: it may have been lost by chance, or on its way have killed the worker (a result that is too large, or
 * has a getter). What had run out of time before has had its outcome.
 *
 * `first`: whether the worker was at this batch, which is known by that alone where it does not tell what it begins.
 */
export function lostTasks(batch: Batch, first: boolean, exit: ExitOf): LostTasks {
  const { moved, reported, shared, tasks } = batch;
  const claimed = moved ? batch.end : shared || first ? batch.claimed : 0;
  // A task that runs out of time has not ended before its outcome is here.
  const done = moved || exit.error !== undefined ? reported : Math.min(batch.cell.done, claimed);
  const failed: { offset: number; task: Task; ended: boolean }[] = [];
  const suspects: Task[] = [];
  for (let offset = reported; offset < claimed && !batch.late; offset++) {
    const task = tasks[offset]!;
    const ended = offset < done;
    if (ended && task.suspect === undefined && task.gave === undefined) suspects.push(task);
    else failed.push({ offset, task, ended });
  }
  return { failed, suspects, back: batch.rest(claimed), begun: Math.max(0, claimed - reported) };
}

/**
 * Tells the stream of the batch, and who listens to events, what has become of its tasks. Returns how many have failed for
 * good, and whether the reason was delivered to anybody.
 */
export function failTasks(
  batch: Batch,
  { back, failed, suspects }: LostTasks,
  exit: ExitOf,
  taskEvents: TaskEvents,
  label: string,
): { failures: number; delivered: boolean } {
  const { source } = batch.attachment;
  const began = now() - (batch.cell.age ?? 0);
  let failures = 0;
  let delivered = false;
  for (const task of suspects) task.suspect = true;
  for (const { ended, offset, task } of failed) {
    // Each: whoever is told of one may cancel those after it.
    const outcome = batch.cancelled ? 'cancel' : exit.error === undefined ? 'crash' : 'timeout';
    delivered ||= outcome !== 'cancel';
    const error = exit.error === undefined ? crashed(task, ended, exit, label) : exit.error(task);
    taskEvents.ended(batch, offset, outcome, began, Infinity, error);
    if (exit.error !== undefined) source.failure(task, error);
    else if (source.crashed(task, error)) continue;
    if (outcome !== 'cancel') failures++;
  }
  source.putBack([...suspects, ...back]);
  return { failures, delivered };
}
