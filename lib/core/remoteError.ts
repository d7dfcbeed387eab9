/** Errors that have crossed, back in the shape they had. */
import {
  ClosureError,
  CloneError,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashedError,
  WorkerInitError,
} from '../errors.ts';
import { type Thrown, unpackThrown } from '../wire.ts';

const OURS = { ClosureError, CloneError, PoolClosedError, TaskTimeoutError, WorkerCrashedError, WorkerInitError };

/** What was thrown on the other side; `subscribed` tells whose stack goes under its own. */
export function remoteError(packed: Thrown, subscribed?: Error): unknown {
  return traced(unpackThrown(packed, OURS), subscribed);
}

/** Frames of RxJS and of this library, which stand between a task or a subscriber and what they called. */
const BETWEEN =
  /[\\/]rxjs[\\/]dist[\\/]|[\\/]dist[\\/]lib[\\/](?:worker[\\/](?:runner|inline)|local[\\/]localPool|core[\\/]operator)\.js/;
/** Frames shown of the place that subscribed. */
const SHOWN = 10;

/** Puts the place that subscribed under the task's own frames in the worker. */
function traced(error: unknown, subscribed: Error | undefined): unknown {
  if (subscribed === undefined || !(error instanceof Error) || typeof error.stack !== 'string') return error;
  const inWorker = error.stack.split('\n');
  const called = inWorker.findIndex((line) => BETWEEN.test(line));
  const frames = (subscribed.stack ?? '').split('\n').filter((line) => /^\s+at |@/.test(line));
  const outside = frames.filter((line) => !BETWEEN.test(line) && !line.includes('(node:internal'));
  const shown = (outside.length === 0 ? frames : outside).slice(0, SHOWN);
  const stack = [
    // Below the task are only those who called it: our own frames, then the host's.
    ...(called > 0 ? inWorker.slice(0, called) : inWorker),
    '    at [in the worker; subscribed from]',
    ...shown,
  ].join('\n');
  Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true, enumerable: false });
  return error;
}
