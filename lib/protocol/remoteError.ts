/** Errors that have crossed, back in the shape they had. */
import {
  ClosureError,
  CloneError,
  OverflowError,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashedError,
  WorkerInitError,
} from '../api/errors.ts';
import { isPrimitive, replaceIn } from './snapshot.ts';
import {
  BUILT_IN,
  OF_WASM,
  type Thrown,
  type ThrownError,
  type ThrownGraph,
  attempt,
  define,
  stackOf,
} from './thrown.ts';

const OURS: Readonly<Record<string, new (message: string) => Error>> = {
  ClosureError,
  CloneError,
  OverflowError,
  PoolClosedError,
  TaskTimeoutError,
  WorkerCrashedError,
  WorkerInitError,
};

/** What was thrown on the other side; the stack of `callSite` goes under its own. @throws TypeError: it is not as we pack it */
export function remoteError(packed: Thrown, callSite?: Error): unknown {
  if (packed.kind === 'value') return packed.value;
  if (packed.kind !== 'graph') throw new TypeError('what was thrown is not as rxjs-parallel packs it');
  const error = unpack(packed);
  // A stack is made when it is read, by whatever the program has put into `Error.prepareStackTrace`.
  attempt(() => trace(error, callSite));
  return error;
}

function unpack({ errors, marks, value }: ThrownGraph): unknown {
  const made = errors.map(build);
  const known = new Map<unknown, unknown>(marks.map((mark, at) => [mark, made[at]]));
  // Puts the errors in the places of their marks.
  const restore = (held: unknown): unknown => {
    if (isPrimitive(held)) return held;
    if (known.has(held)) return known.get(held);
    known.set(held, held);
    replaceIn(held as object, restore);
    return held;
  };
  for (const [at, { own }] of errors.entries())
    for (const [key, held, enumerable, marked] of own)
      // What the host has made of it may refuse a property: that one is lost.
      attempt(() => define(made[at]!, key, marked ? restore(held) : held, enumerable));
  return restore(value);
}

function build(packed: ThrownError): Error {
  const { message, name, of, stack } = packed;
  const error = attempt(() => create(packed)) ?? new Error(message);
  const isDom = of === 'DOMException';
  if (error.name !== name && !isDom) define(error, 'name', name, false);
  if (stack !== undefined || !isDom) attempt(() => define(error, 'stack', stack ?? `${name}: ${message}`, false));
  return error;
}

function create({ message, name, of, ours }: ThrownError): Error {
  const own = ours && Object.hasOwn(OURS, name) ? OURS[name] : undefined;
  if (own !== undefined) return new own(message);
  if (of === 'DOMException') return new DOMException(message, name);
  // Not every host has each of them: then this throws.
  const Class: any = BUILT_IN.includes(of)
    ? globalThis[of as never]
    : OF_WASM.includes(of as never)
      ? WebAssembly[of as never]
      : Error;
  if (of === 'SuppressedError') return new Class(undefined, undefined, message);
  return of === 'AggregateError' ? new Class([], message) : new Class(message);
}

/** A frame of ours that called a task, of this side or that: they are named so. */
const CALLED = /\brxjs-parallel:\w+(?: \(|@)/;
/** Frames of RxJS, which stand between the subscriber and us, by their sources where a host maps them; and of `lastValueFrom`. */
const BETWEEN = /[\\/]rxjs[\\/](?:dist|src)[\\/]|\(node:internal|new Promise \(<anonymous>\)/;
/** Frames shown of the place that subscribed. */
const SHOWN = 10;

/** Puts the place that subscribed under the task's own frames in the worker. */
function trace(error: unknown, callSite: Error | undefined): void {
  if (callSite === undefined || !(error instanceof Error) || typeof error.stack !== 'string') return;
  const inWorker = error.stack.split('\n');
  const called = inWorker.findIndex((line) => CALLED.test(line));
  const where = attempt(() => stackOf(callSite.stack, '')) ?? '';
  const frames = where.split('\n').filter((line) => /^\s+at |@/.test(line));
  const outside = frames.filter((line) => !BETWEEN.test(line));
  const shown = (outside.length > 0 ? outside : frames).slice(0, SHOWN);
  const stack = [
    // Below the task are only those who called it: our own frames, then the host's.
    ...inWorker.slice(0, called > 0 ? called : undefined),
    '    at [in the worker; subscribed from]',
    ...shown,
  ].join('\n');
  define(error, 'stack', stack, false);
}
