/** The errors that a lost worker makes of what it was doing. */
import { TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../errors.ts';
import type { Task } from '../pool.ts';
import type { Loss } from './guard.ts';

/** For the task that ran. */
export function crashed({ index }: Task, loss: Loss): WorkerCrashedError {
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
