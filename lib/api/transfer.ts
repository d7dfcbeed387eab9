import { show } from './options.ts';
import type { Transfer as Transferred } from './remote.ts';
import { programError } from './workerErrors.ts';

/** What the function `Transfer` returns; declared beside it, so that a declaration of what uses it can name it. */
export interface Transfer<T> extends Transferred<T> {}

/** The symbol by which threads.js marks what is to be moved; it exports none, and each copy of it has its own. */
const DESCRIPTION = 'thread.transferable';
const mark = Symbol(DESCRIPTION);

/** Answers to the symbol of every copy of threads.js, so that its own threads take what is made here without it. */
const anyMark: object = new Proxy(
  {},
  {
    get: (target, name, receiver) =>
      (typeof name === 'symbol' && name.description === DESCRIPTION) || Reflect.get(target, name, receiver),
  },
);

/**
 * Marks a value to be moved to the other side instead of copied: its buffers are then gone here.
 *
 * As an argument of a call, and as what a worker's method returns. `transferables` are the parts to move
 * (`ArrayBuffer`, `MessagePort`, streams, …); left out, `value` itself is one. Within another value, and in what each worker
 * is given (`data`, `context`), the mark is refused.
 *
 * @throws TypeError: `transferables` is no array, or was left out and `value` is no object.
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
  const made = {
    [mark]: true,
    send: value,
    transferables: transferables ?? [value],
    /** Read where the mark is cloned: it means nothing there. */
    get cloned(): never {
      throw programError('Transfer is for an argument or a result itself; all else is copied');
    },
  };
  return Object.setPrototypeOf(made, anyMark) as never;
}
