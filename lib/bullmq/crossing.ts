/** Values as text and back: faithfully, or not at all. */
import { remoteError } from '../core/remoteError.ts';
import { CloneError, ParallelError } from '../errors.ts';
import { type Thrown, messageOf, packThrown } from '../thrown.ts';
import { checkPayload } from './payloadCheck.ts';
import { stringify, unflatten } from './peers.ts';

/** Errors that are being packed: one that holds itself cannot be. */
const packing = new Set<unknown>();
/** Whether the present text holds an error: what was packed is then tried, since a reviver cannot close a circle. */
let packed = false;

/** Called with everything that devalue comes by; what is returned is written in its place. */
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

/** What devalue would change without a word. */
function refuse(value: object): void {
  if (Array.isArray(value)) {
    // Elements come first among the keys, in any array.
    const last = Object.keys(value).at(-1);
    if (last !== undefined && !/^\d+$/.test(last))
      throw new TypeError(`an array has the property "${last}" besides its elements`);
  } else if ((value as { resizable?: unknown }).resizable === true && value instanceof ArrayBuffer)
    throw new TypeError('an ArrayBuffer is resizable');
  // Threads make an empty object of it.
  else if (value instanceof URL || value instanceof URLSearchParams)
    throw new TypeError(`a ${value.constructor.name} is lost between the threads of a machine: send its text`);
}

/** Undefined where it is no error, and cannot cross. */
function pack(thrown: unknown): Thrown | undefined {
  if (packing.has(thrown)) throw new TypeError('an error holds itself');
  packing.add(thrown);
  packed = true;
  try {
    return packThrown(thrown, crosses, isOurs);
  } finally {
    packing.delete(thrown);
  }
}

const isOurs = (error: object): boolean => error instanceof ParallelError;

function crosses(value: unknown): boolean {
  try {
    read(stringify(value, reducers));
    return true;
  } catch {
    return false;
  }
}

/** `what` names the value in the error, as in "The result of count()". */
export function write(value: unknown, what: string, maxPayload: number): string {
  let text: string;
  try {
    packed = false;
    text = stringify(value, reducers);
    if (packed) read(text);
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

/** Throws, and does no more, whatever the text is; `most` is how many bytes it may have. */
export function read(text: string, most: number = Infinity): unknown {
  const bytes = most === Infinity ? 0 : sizeOf(text);
  if (bytes > most) throw new TypeError(`it has ${bytes} bytes as text, more than ${most}`);
  const parsed: unknown = JSON.parse(text);
  checkPayload(parsed, most);
  return unflatten(parsed as number | unknown[], revivers);
}

/** Something that was thrown, as text; a CloneError where it cannot be. */
export function writeThrown(thrown: unknown, maxPayload: number): string {
  try {
    return write(pack(thrown) ?? pack(notCloneable(thrown)), 'What the task threw', maxPayload);
  } catch (error) {
    return write(pack(error), 'An error', Infinity);
  }
}

function notCloneable(thrown: unknown): CloneError {
  const kind = Object.prototype.toString.call(thrown);
  return new CloneError(`The task threw ${kind}, which cannot cross to another machine`);
}

export function readThrown(text: string, most: number, subscribed?: Error): unknown {
  const thrown = read(text, most) as Partial<Thrown> | null;
  if (typeof thrown !== 'object' || (thrown?.kind !== 'value' && thrown?.kind !== 'error'))
    throw new TypeError('what was thrown is not as rxjs-parallel writes it');
  return remoteError(thrown as Thrown, subscribed);
}

export const sizeOf = (text: string): number => Buffer.byteLength(text);
