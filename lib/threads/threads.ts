/** The only door to threads.js on this side. */
import { restoreListeners, restoreSelf } from './before.ts';
// Order matters: what `threads` does to the process on import is undone here.
import { Thread, Transfer as move, spawn } from 'threads';
import type { Transfer as Transferred } from '../remote.ts';

restoreListeners();
restoreSelf();

export { spawn, Thread };

/**
 * Marks a value to be moved to the other side instead of copied: its buffers are then gone here.
 *
 * As an argument of a call, and as what a worker's method returns. `transferables` are the parts to move
 * (`ArrayBuffer`, `MessagePort`, streams, …); left out, `value` itself is one.
 *
 * ```ts
 * buffers$.pipe(parallelMap((zip, bytes) => zip.deflate(Transfer(bytes, [bytes.buffer])), pool));
 * ```
 */
export const Transfer: <T>(value: T, transferables?: readonly object[]) => Transferred<T> = move as never;
