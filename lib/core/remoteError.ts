/** Errors that have crossed, back in the shape they had. */
import {
  ClosureError,
  CloneError,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashedError,
  WorkerInitError,
} from '../errors.ts';
import { type Thrown, unpackThrown } from '../thrown.ts';

const OURS = { ClosureError, CloneError, PoolClosedError, TaskTimeoutError, WorkerCrashedError, WorkerInitError };

/** What was thrown on the other side; `subscribed` tells whose stack goes under its own. */
export function remoteError(packed: Thrown, subscribed?: Error): unknown {
  return traced(unpackThrown(packed, OURS), subscribed);
}

/** A frame of ours that called a task, of this side or that: they are named so. */
const CALLED = /\brxjs-parallel:\w+(?: \(|@)/;
/** Frames of RxJS, which stand between the subscriber and us, by their sources where a host maps them; and of `lastValueFrom`. */
const BETWEEN = /[\\/]rxjs[\\/](?:dist|src)[\\/]|\(node:internal|new Promise \(<anonymous>\)/;
/** Frames shown of the place that subscribed. */
const SHOWN = 10;

/** Puts the place that subscribed under the task's own frames in the worker. */
function traced(error: unknown, subscribed: Error | undefined): unknown {
  if (subscribed === undefined || !(error instanceof Error) || typeof error.stack !== 'string') return error;
  const inWorker = error.stack.split('\n');
  const called = inWorker.findIndex((line) => CALLED.test(line));
  const frames = (subscribed.stack ?? '').split('\n').filter((line) => /^\s+at |@/.test(line));
  const outside = frames.filter((line) => !BETWEEN.test(line));
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
