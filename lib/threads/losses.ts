/** What becomes of the tasks of a lost worker, and the errors that it makes of them. */
import { TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../errors.ts';
import type { Task } from '../pool.ts';
import type { Batch } from './batch.ts';
import type { Loss } from './guard.ts';
import { type Teller, now } from './teller.ts';

/** For the task that ran. */
function crashed({ index }: Task, loss: Loss): WorkerCrashedError {
  const { exitCode } = loss;
  return new WorkerCrashedError(`The worker ${loss.why} while it ran task ${index}`, { exitCode, ...causeOf(loss) });
}

/** For the task that ran too long, and was the reason. */
export function timedOut({ index }: Task, timeout: number): TaskTimeoutError {
  return new TaskTimeoutError(`Task ${index} ran longer than its timeout of ${timeout} ms`);
}

/** For those who wait, where worker after worker is lost before it has done anything. */
export function unstarted(loss: Loss, before: string): WorkerInitError {
  return new WorkerInitError(`A worker ${loss.why} before it ${before}`, causeOf(loss));
}

/** A cause may be undefined, and is one all the same. */
function causeOf({ cause }: Loss): { cause?: unknown } {
  return cause === undefined ? {} : { cause: cause[0] };
}

/** A loss; where `error` is given, it is what the running task ends with, and is not run again. */
export type LossOf = Loss & { readonly error?: (task: Task) => Error };

/**
 * Settles a batch whose worker is gone: what ran fails, or is run again; what did not goes back.
 * `first`: whether the worker was at this batch, which is known by that alone where it does not tell what it begins.
 * Returns how many tasks ran, and how many of these have failed.
 */
export function settleLost(
  batch: Batch,
  first: boolean,
  loss: LossOf,
  teller: Teller,
): { ran: number; failed: number } {
  batch.finish();
  const { reported, seat, shared, tasks } = batch;
  const { feed } = seat;
  // What was moved there is gone with it, begun or not.
  const moved = tasks[0]!.transfer !== undefined;
  const claimed = moved ? batch.end : shared || first ? batch.claimed : 0;
  const done = moved || !shared ? reported : Math.min(batch.done, claimed);
  feed.putBack([...tasks.slice(reported, done), ...tasks.slice(claimed, batch.end)]);
  let failed = 0;
  for (let at = done; at < claimed; at++) {
    const task = tasks[at]!;
    const outcome = batch.cancelled ? 'cancel' : loss.error === undefined ? 'crash' : 'timeout';
    teller.ended(batch, at, outcome, now() - (batch.age ?? 0));
    if (loss.error !== undefined) feed.failure(task, loss.error(task));
    else if (feed.crashed(task, crashed(task, loss))) continue;
    if (outcome !== 'cancel') failed++;
  }
  return { ran: Math.max(0, claimed - done), failed };
}
