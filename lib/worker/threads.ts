/** The only door to threads.js on the worker's side. */
import { restoreListeners, restoreSelf } from './sideEffects.ts';
import { Transfer as move, expose as exposeToThreads } from 'threads/worker';
import type { Transfer as Transferred } from '../api/remote.ts';

restoreSelf();
// Errors that nobody catches are told of by `onUncaught`.
restoreListeners();

/** Its own types do not resolve from ESM: the published ones name none of them. */
export const expose: (methods: object) => void = exposeToThreads as never;

/** What the function `Transfer` returns; declared beside it, so that a declaration of what uses it can name it. */
export interface Transfer<T> extends Transferred<T> {}

/**
 * Marks a result to be moved to the main thread instead of copied: its buffers are then gone here.
 *
 * `transferables` are the parts to move (`ArrayBuffer`, `MessagePort`, …); left out, `value` itself is one.
 *
 * ```ts
 * expose({ inflate: (bytes: Uint8Array) => { const out = …; return Transfer(out, [out.buffer]); } });
 * ```
 */
export const Transfer: <T>(value: T, transferables?: readonly object[]) => Transfer<T> = move as never;
