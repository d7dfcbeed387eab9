/** The lost tasks of a batch whose worker has ended: which of them fail, and which run again. */
import { now } from '../../primitives/clock.ts';
import type { Task } from '../../pool/contract.ts';
import { crashed } from '../startup/exitErrors.ts';
import type { WorkerExit } from '../startup/workerExit.ts';
import type { Batch } from './batch.ts';
import type { TaskEvents } from './taskEvents.ts';

/** Why the worker has ended; `error`, if given, is the failure of the running task of `batch`, which is then not run again. */
export type ExitOf = WorkerExit & { readonly error?: ((task: Task) => Error) | undefined; readonly batch?: Batch };

/** The lost tasks of a batch, by how far the worker had come with each. */
export interface LostTasks {
  /** Tasks that had begun. `ended`: the task had ended, and its outcome was on its way. */
  readonly failed: readonly { readonly offset: number; readonly task: Task; readonly ended: boolean }[];
  /** Tasks whose outcomes were on their way for the first time: they run again, once, each alone. */
  readonly suspects: readonly Task[];
  /** Tasks that had not begun: they are next again. */
  readonly back: readonly Task[];
  /** How many unreported tasks had begun. */
  readonly begun: number;
}

/**
 * Sorts the tasks: the one that ran fails; those that had not begun are put back. A task that had ended without being reported is
 * put back once, as a suspect that travels alone: it may have been lost by chance, or sending its outcome may have killed the
 * worker (a result that is too large, or has a getter). A late task has settled before.
 *
 * `first`: whether the worker ran this batch; where memory is not shared nothing else says which tasks have begun.
 */
export function lostTasks(batch: Batch, first: boolean, exit: ExitOf): LostTasks {
  const { moved, reported, shared, tasks } = batch;
  const claimed = moved ? batch.end : shared || first ? batch.claimed : 0;
  // Where a timeout ends the worker, a task without a reported outcome counts as not ended.
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
 * Settles the failed tasks of a batch, puts the others back to their stream, and emits the events. Returns how many tasks have
 * failed and are not run again, and whether a task has failed with the reason of the exit.
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
    // Inside the loop: the failure of one task may cancel those after it.
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
