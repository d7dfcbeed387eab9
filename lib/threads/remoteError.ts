/** Errors that have crossed, back in the shape they had. */
import { ClosureError, CloneError } from '../errors.ts';
import { type Thrown, unpackThrown } from '../wire.ts';

const OURS = { CloneError, ClosureError };

/** What a worker of ours threw; `subscribed` tells whose stack goes under its own. */
export function remoteError(packed: Thrown, subscribed?: Error): unknown {
  return traced(unpackThrown(packed, OURS), subscribed);
}

/** What a plain threads.js worker threw: all that threads.js carries is name, message and stack. */
export function plainError(error: unknown, subscribed?: Error): unknown {
  // threads.js takes this for a result that could not be sent; so it reached us as an error of that name.
  if (isNamed(error, 'DataCloneError'))
    return new CloneError(`A value cannot cross between threads: ${error.message}`, { cause: error });
  const packed = error as { __error_marker?: unknown; name?: string; message?: string; stack?: string } | null;
  const isError = error instanceof Error || (typeof packed === 'object' && packed?.__error_marker === '$$error');
  if (!isError) return error;
  const { name = 'Error', message = '', stack } = packed as Partial<Error>;
  return remoteError(
    { kind: 'error', name, message, stack, of: name, ours: false, cause: undefined, errors: undefined, own: {} },
    subscribed,
  );
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/** Frames of RxJS and of this library, which stand between a task or a subscriber and what they called. */
const BETWEEN = /[\\/]rxjs[\\/]dist[\\/]|[\\/]dist[\\/]lib[\\/](?:worker[\\/](?:runner|inline)|core[\\/]operator)\.js/;
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
