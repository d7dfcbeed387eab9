import { show } from './checks.ts';
import type { Transfer as Transferred } from './types/remote.ts';
import { programError } from './workerErrors.ts';

/** The result of the function `Transfer`; declared here under the same name, so that declarations that use it can name it. */
export interface Transfer<T> extends Transferred<T> {}

/** The description of the symbol with which threads.js marks what is moved; it does not export that, and each copy has its own. */
const DESCRIPTION = 'thread.transferable';
const mark = Symbol(DESCRIPTION);

/** A prototype that has the symbol of every copy of threads.js, so that threads of threads.js accept our `Transfer`, too. */
const anyMark: object = new Proxy(
  {},
  {
    get: (target, name, receiver) =>
      (typeof name === 'symbol' && name.description === DESCRIPTION) || Reflect.get(target, name, receiver),
  },
);

/**
 * Marks a value to be moved to the other side instead of copied; its buffers are then unusable here.
 *
 * For an argument of a call, and for the result of a worker's method. `transferables` are the parts to move
 * (`ArrayBuffer`, `MessagePort`, streams, …); default: `value` itself. Inside another value, and in what each worker
 * is given (`data`, `context`), the mark is refused.
 *
 * @throws TypeError: `transferables` is no array, or is omitted though `value` is no object.
 *
 * ```ts
 * buffers$.pipe(parallelMap((zip, bytes) => zip.deflate(Transfer(bytes, [bytes.buffer])), pool));
 * ```
 */
export function Transfer<T>(value: T, transferables?: readonly object[]): Transfer<T> {
  if (transferables === undefined && (typeof value !== 'object' || value === null))
    throw new TypeError(`Transfer: value must be an object to be moved, got ${show(value)}`);
  if (transferables !== undefined && !Array.isArray(transferables))
    throw new TypeError(`Transfer: transferables must be an array of what is moved, got ${show(transferables)}`);
  return {
    __proto__: anyMark,
    [mark]: true,
    send: value,
    transferables: transferables ?? [value],
    /** Read where the mark is cloned: it means nothing there. */
    get cloned(): never {
      throw programError('Transfer is for an argument or a result itself; all else is copied');
    },
  } as never;
}
