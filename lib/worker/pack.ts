/** What is thrown in a worker, and what holds errors, in a form that can be posted. */
import { ClosureError, CloneError, OverflowError } from '../api/workerErrors.ts';
import { type Thrown, attempt, kindOf, packThrown, text } from '../protocol/thrown.ts';

/** Undefined where it cannot cross. */
export const packValue = (value: unknown): Thrown | undefined => packThrown(value, leaf, isOurs);

/** What cannot cross becomes an error that says so. */
export function pack(error: unknown): Thrown {
  const packed = packValue(error);
  if (packed !== undefined) return packed;
  const named = (fn: { readonly name: unknown }): string => text(attempt(() => fn.name)).replace(/^$/, 'anonymous');
  const kind = typeof error === 'function' ? `a function (${named(error)})` : kindOf(error);
  return packValue(new CloneError(`The task threw ${kind}, which cannot cross to the main thread`))!;
}

const isOurs = (error: object): boolean =>
  error instanceof CloneError || error instanceof ClosureError || error instanceof OverflowError;

/** A copy of what is no plain data; of a view, only what it shows. */
function leaf(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && !(value instanceof DataView))
    return slice.call(value);
  return structuredClone(value);
}

const { slice } = Uint8Array.prototype;
