/** What becomes of the tasks of a lost worker, and the errors that it makes of them. */
import { now } from '../../primitives/clock.ts';
import { TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { text } from '../../protocol/thrown.ts';
import type { Batch } from './batch.ts';
import type { WorkerExit } from '../startup/workerExit.ts';
import type { TaskEvents } from './taskEvents.ts';

/** For the task that ran, or whose outcome was on its way. */
function crashed({ index }: Task, ended: boolean, exit: WorkerExit, label: string): WorkerCrashedError {
  const { exitCode } = exit;
  const when = ended
    ? `before the outcome of task ${index} was here, for the second time`
    : `while it ran task ${index}`;
  return new WorkerCrashedError(`The worker${label} ${exit.why} ${when}`, { exitCode, ...causeOf(exit) });
}

/** For the task that ran too long, and was the reason. */
export function timedOut({ index }: Task, timeout: number): TaskTimeoutError {
  return new TaskTimeoutError(`Task ${index} ran longer than its timeout of ${timeout} ms`);
}

/** For those who wait, where worker after worker is lost before it has done anything. */
export function unstarted(exit: WorkerExit, before: string, label: string): WorkerInitError {
  return new WorkerInitError(`A worker${label} ${exit.why} before it ${before}`, causeOf(exit));
}

/** For whoever hears of the worker itself. */
export function exited(exit: WorkerExit, label: string): WorkerCrashedError {
  return new WorkerCrashedError(`The worker${label} ${exit.why}`, { exitCode: exit.exitCode, ...causeOf(exit) });
}

/** Says it as Node says what ends a process, but in one line, with where it was thrown. */
export function print({ cause, message }: Error): void {
  const frame = cause instanceof Error ? /\n\s+at (.+)/.exec(text(cause.stack)) : null;
  // oxlint-disable-next-line no-console
  console.error(`rxjs-parallel: ${message}${frame === null ? '' : ` at ${frame[1]}`}`.replaceAll('\n', ' '));
}

/** A cause may be undefined, and is one all the same. */
function causeOf({ cause }: WorkerExit): { cause?: unknown } {
  return cause === undefined ? {} : { cause: cause[0] };
}

/** A loss; where `error` is given, it is what the running task ends with, and is not run again. */
export type ExitOf = WorkerExit & { readonly error?: (task: Task) => Error };

/**
 * Settles a batch whose worker is gone: what ran fails, or is run again; what did not goes back.
 * What had ended and is not reported is run again once, alone: it may have been lost by chance, or on its way have
 * killed the worker (a result that is too large, or has a getter).
 * `first`: whether the worker was at this batch, which is known by that alone where it does not tell what it begins.
 * `label`: which worker that was, for its errors.
 * Returns how many tasks it had begun, how many of these have failed, and whether anybody was told why.
 */
export function failTasks(
  batch: Batch,
  first: boolean,
  exit: ExitOf,
  taskEvents: TaskEvents,
  label: string,
): { begun: number; failed: number; told: boolean } {
  batch.finish();
  const { moved, reported, attachment, shared, tasks } = batch;
  const { source } = attachment;
  const claimed = moved ? batch.end : shared || first ? batch.claimed : 0;
  // A task that runs out of time has not ended before its outcome is here.
  const done = moved || exit.error !== undefined ? reported : Math.min(batch.cell.done, claimed);
  const back = batch.rest(claimed);
  let failed = 0;
  let told = false;
  for (let at = reported; at < claimed; at++) {
    // What ran out of time has had its outcome.
    if (batch.late) break;
    const task = tasks[at]!;
    const ended = at < done;
    if (ended && task.suspect === undefined) {
      task.suspect = true;
      back.push(task);
      continue;
    }
    const outcome = batch.cancelled ? 'cancel' : exit.error === undefined ? 'crash' : 'timeout';
    taskEvents.ended(batch, at, outcome, now() - (batch.cell.age ?? 0));
    told ||= outcome !== 'cancel';
    if (exit.error !== undefined) source.failure(task, exit.error(task));
    else if (source.crashed(task, crashed(task, ended, exit, label))) continue;
    if (outcome !== 'cancel') failed++;
  }
  source.putBack(back);
  return { begun: Math.max(0, claimed - reported), failed, told };
}
