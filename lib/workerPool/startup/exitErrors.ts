/** The errors that the exit of a worker makes. */
import { TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { text } from '../../protocol/thrown.ts';
import type { WorkerExit } from './workerExit.ts';

/** For the task that ran; `ended`: whose outcome was on its way. */
export function crashed({ index }: Task, ended: boolean, exit: WorkerExit, label: string): WorkerCrashedError {
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

/** For nobody: the worker has done all that it was asked for. */
export const tearDownError = (cause: unknown): Error =>
  new Error(`A worker failed in its teardown: ${text(cause)}`, { cause });

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
