/** Thrown values, and results that hold errors, in a form that can be posted. */
import { ClosureError, CloneError, OverflowError } from '../api/workerErrors.ts';
import { type Moved, cloned, move, snapshot } from '../protocol/snapshot.ts';
import { type Thrown, type ThrownGraph, attempt, kindOf, packThrown, text } from '../protocol/thrown.ts';
import type { TransferDescriptor } from '../protocol/transferable.ts';

/** Undefined where `value` is no error and cannot cross. */
const packValue = (value: unknown): Thrown | undefined => packThrown(value, snapshot, isOurs);

/** A copy of a value that is no plain data. One that holds errors is packed: a clone has neither their class nor their properties. */
export function ownOther(value: unknown): { readonly value: unknown; readonly held: boolean } {
  const packed = packValue(value);
  return packed?.kind === 'graph' ? { value: packed, held: true } : { value: cloned(value), held: false };
}

/** A value that a task gives by `Transfer`, with its parts moved; packed if it holds errors. @throws what `move` throws */
export function ownMoved({ send, transferables }: TransferDescriptor, deepest?: number): Moved {
  return move(send, transferables, deepest, (value, moved): ThrownGraph | undefined => {
    const isMoved = (part: unknown): boolean => moved.has(ArrayBuffer.isView(part) ? part.buffer : part);
    const found = packThrown(value, (part) => (isMoved(part) ? part : snapshot(part)), isOurs);
    return found?.kind === 'graph' ? found : undefined;
  });
}

/** Packs a thrown value; one that cannot cross becomes a `CloneError`. */
export function pack(error: unknown): Thrown {
  const packed = packValue(error);
  if (packed !== undefined) return packed;
  const named = (fn: { readonly name: unknown }): string => text(attempt(() => fn.name)).replace(/^$/, 'anonymous');
  const kind = typeof error === 'function' ? `a function (${named(error)})` : kindOf(error);
  return packValue(new CloneError(`The task threw ${kind}, which cannot cross to the main thread`))!;
}

const isOurs = (error: object): boolean =>
  error instanceof CloneError || error instanceof ClosureError || error instanceof OverflowError;
