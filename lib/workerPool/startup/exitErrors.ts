/** The errors that the exit of a worker causes. */
import { TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { text } from '../../protocol/thrown.ts';
import type { WorkerExit } from './workerExit.ts';

/** The error of the task that ran. `ended`: the task had ended, and its outcome was on its way. */
export function crashed({ index }: Task, ended: boolean, exit: WorkerExit, label: string): WorkerCrashedError {
  const { exitCode } = exit;
  const when = ended
    ? `before the outcome of task ${index} was here, for the second time`
    : `while it ran task ${index}`;
  return new WorkerCrashedError(`The worker${label} ${exit.why} ${when}`, { exitCode, ...causeOf(exit) });
}

/** The error of the task that ran too long. */
export function timedOut({ index }: Task, timeout: number): TaskTimeoutError {
  return new TaskTimeoutError(`Task ${index} ran longer than its timeout of ${timeout} ms`);
}

/** The error of the streams that wait, where every worker ends before it has done anything. */
export function unstarted(exit: WorkerExit, before: string, label: string): WorkerInitError {
  return new WorkerInitError(`A worker${label} ${exit.why} before it ${before}`, causeOf(exit));
}

/** The error in the event of the exit. */
export function exited(exit: WorkerExit, label: string): WorkerCrashedError {
  return new WorkerCrashedError(`The worker${label} ${exit.why}`, { exitCode: exit.exitCode, ...causeOf(exit) });
}

/** The error of a teardown, which no task fails with: it is only printed. */
export const tearDownError = (cause: unknown): Error =>
  new Error(`A worker failed in its teardown: ${text(cause)}`, { cause });

/** Prints an error to stderr, as Node does with one that ends a process, but in one line with the first frame. */
export function print({ cause, message }: Error): void {
  const frame = cause instanceof Error ? /\n\s+at (.+)/.exec(text(cause.stack)) : null;
  // oxlint-disable-next-line no-console
  console.error(`rxjs-parallel: ${message}${frame === null ? '' : ` at ${frame[1]}`}`.replaceAll('\n', ' '));
}

/** The options with the cause; undefined is a cause, too. */
function causeOf({ cause }: WorkerExit): { cause?: unknown } {
  return cause === undefined ? {} : { cause: cause[0] };
}
