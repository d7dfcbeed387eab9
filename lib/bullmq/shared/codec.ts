/** The codec of values: text that revives to an equal value, or a `CloneError`. */
import { remoteError } from '../../protocol/remoteError.ts';
import { CloneError, ParallelError } from '../../api/errors.ts';
import { type Thrown, kindOf, messageOf, packThrown } from '../../protocol/thrown.ts';
import { checkPayload } from './payloadCheck.ts';
import { stringify, unflatten } from './peers.ts';

/** devalue calls these with every value that it visits; what one returns is written in place of the value. */
const reducers = {
  Error(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return undefined;
    refuse(value);
    return Object.prototype.toString.call(value) === '[object Error]' || value instanceof Error
      ? pack(value)
      : undefined;
  },
};

const revivers = { Error: (value: unknown): unknown => remoteError(value as Thrown) };

/** @throws TypeError: devalue would write the value as something else */
function refuse(value: object): void {
  if (Array.isArray(value)) {
    // The keys of an array list its elements first.
    const last = Object.keys(value).at(-1);
    if (last !== undefined && !/^\d+$/.test(last))
      throw new TypeError(`an array has the property "${last}" besides its elements`);
  } else if ((value as { resizable?: unknown }).resizable === true && value instanceof ArrayBuffer)
    throw new TypeError('an ArrayBuffer is resizable');
  // Structured clone makes an empty object of it, on the way to the worker.
  else if (value instanceof URL || value instanceof URLSearchParams)
    throw new TypeError(`a ${value.constructor.name} is lost between the threads of a machine: send its text`);
}

/** A thrown value as data; undefined where it is no error and cannot be encoded. Of an error, properties that cannot are omitted. */
function pack(thrown: unknown): Thrown | undefined {
  const packed = packThrown(thrown, leaf, isOurs);
  if (packed?.kind !== 'graph') return packed;
  const errors = packed.errors.map((error) => ({ ...error, own: error.own.filter(([, value]) => crosses(value)) }));
  return { ...packed, errors };
}

const isOurs = (error: object): boolean => error instanceof ParallelError;

/** @throws TypeError: what is no plain data cannot be encoded */
function leaf(value: unknown): unknown {
  if (crosses(value)) return value;
  throw new TypeError('it cannot cross');
}

function crosses(value: unknown): boolean {
  try {
    read(stringify(value, reducers));
    return true;
  } catch {
    return false;
  }
}

/** Encodes a value. `what` names it in the error: "The result of count()". @throws CloneError */
export function write(value: unknown, what: string, maxPayload: number): string {
  let text: string;
  try {
    text = stringify(value, reducers);
  } catch (cause) {
    const path = (cause as { path?: unknown } | null)?.path;
    const where = typeof path === 'string' && path !== '' ? ` (at ${path})` : '';
    throw new CloneError(`${what} cannot cross to another machine: ${messageOf(cause)}${where}`);
  }
  const bytes = sizeOf(text);
  if (bytes > maxPayload)
    throw new CloneError(
      `${what} cannot cross to another machine: as text it has ${bytes} bytes, more than maxPayload (${maxPayload})`,
    );
  return text;
}

/**
 * Decodes a text of at most `most` bytes, whoever wrote it. `weigh` is called before the value is made, with how many
 * bytes it may take besides the text, and may throw. @throws Error: it is no text of ours, or too large
 */
export function read(text: string, most: number = Infinity, weigh?: (bytes: number) => void): unknown {
  const parsed = parse(text, most);
  const bytes = checkPayload(parsed, most);
  weigh?.(bytes);
  return unflatten(parsed as number | unknown[], revivers);
}

function parse(text: string, most: number): unknown {
  const bytes = most === Infinity ? 0 : sizeOf(text);
  if (bytes > most) throw new TypeError(`it has ${bytes} bytes as text, more than ${most}`);
  return JSON.parse(text);
}

/** Encodes what was thrown; if that is impossible, a `CloneError` that says so. */
export function writeThrown(thrown: unknown, maxPayload: number): string {
  try {
    return write(pack(thrown) ?? pack(notCloneable(thrown)), 'What the task threw', maxPayload);
  } catch (error) {
    return write(pack(error), 'An error', Infinity);
  }
}

function notCloneable(thrown: unknown): CloneError {
  return new CloneError(`The task threw ${kindOf(thrown)}, which cannot cross to another machine`);
}

export function readThrown(text: string, most: number, callSite?: Error): unknown {
  const parsed = parse(text, most);
  checkPayload(parsed, most, true);
  const thrown = unflatten(parsed as number | unknown[], revivers) as Partial<Thrown> | null;
  if (typeof thrown !== 'object' || (thrown?.kind !== 'value' && thrown?.kind !== 'graph'))
    throw new TypeError('what was thrown is not as rxjs-parallel writes it');
  return remoteError(thrown as Thrown, callSite);
}

export const sizeOf = (text: string): number => Buffer.byteLength(text);
