/** The only door to threads.js on the worker's side. */
import { restoreSelf } from '../threads/before.ts';
import { Transfer as move, expose } from 'threads/worker';
import type { Transfer as Transferred } from '../remote.ts';

restoreSelf();

export { expose };

/**
 * Marks a result to be moved to the main thread instead of copied: its buffers are then gone here.
 *
 * `transferables` are the parts to move (`ArrayBuffer`, `MessagePort`, …); left out, `value` itself is one.
 *
 * ```ts
 * expose({ inflate: (bytes: Uint8Array) => { const out = …; return Transfer(out, [out.buffer]); } });
 * ```
 */
export const Transfer: <T>(value: T, transferables?: readonly object[]) => Transferred<T> = move as never;
