/** Errors of the other side, rebuilt from their packed form. */
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

/** What was thrown on the other side, with the stack of `callSite` below its own. @throws TypeError: `packed` is malformed */
export function remoteError(packed: Thrown, callSite?: Error): unknown {
  if (packed.kind === 'value') return packed.value;
  if (packed.kind !== 'graph') throw new TypeError('what was thrown is not as rxjs-parallel packs it');
  const error = unpack(packed);
  // Reading a stack may run the program's `Error.prepareStackTrace`, which may throw.
  attempt(() => trace(error, callSite));
  return error;
}

function unpack({ errors, marks, value }: ThrownGraph): unknown {
  const made = errors.map(build);
  const known = new Map<unknown, unknown>(marks.map((mark, at) => [mark, made[at]]));
  // Replaces each mark by its error.
  const restore = (held: unknown): unknown => {
    if (isPrimitive(held)) return held;
    if (known.has(held)) return known.get(held);
    known.set(held, held);
    replaceIn(held as object, restore);
    return held;
  };
  for (const [at, { own }] of errors.entries())
    for (const [key, held, enumerable, marked] of own)
      // The rebuilt object may refuse a property, which is then omitted.
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
  // Throws on hosts that lack the class.
  const Class: any = BUILT_IN.includes(of)
    ? globalThis[of as never]
    : OF_WASM.includes(of as never)
      ? WebAssembly[of as never]
      : Error;
  if (of === 'SuppressedError') return new Class(undefined, undefined, message);
  return of === 'AggregateError' ? new Class([], message) : new Class(message);
}

/** Our frames that call a task, on either side, are named so. */
const CALLED = /\brxjs-parallel:\w+(?: \(|@)/;
/** Frames between the subscriber and us: those of RxJS, also by its sources where a host maps them, and of `lastValueFrom`. */
const BETWEEN = /[\\/]rxjs[\\/](?:dist|src)[\\/]|\(node:internal|new Promise \(<anonymous>\)/;
/** How many frames of the call site are shown. */
const SHOWN = 10;

/** Appends the call site to the task's own frames in the worker. */
function trace(error: unknown, callSite: Error | undefined): void {
  if (callSite === undefined || !(error instanceof Error) || typeof error.stack !== 'string') return;
  const inWorker = error.stack.split('\n');
  const called = inWorker.findIndex((line) => CALLED.test(line));
  const where = attempt(() => stackOf(callSite.stack, '')) ?? '';
  const frames = where.split('\n').filter((line) => /^\s+at |@/.test(line));
  const outside = frames.filter((line) => !BETWEEN.test(line));
  const shown = (outside.length > 0 ? outside : frames).slice(0, SHOWN);
  const stack = [
    // Below the task's own frames are only ours, and then the host's.
    ...inWorker.slice(0, called > 0 ? called : undefined),
    '    at [in the worker; subscribed from]',
    ...shown,
  ].join('\n');
  define(error, 'stack', stack, false);
}
