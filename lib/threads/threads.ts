/** The only door to threads.js on this side. */
import { restoreListeners, restoreSelf } from '#before';
// Order matters: what `threads` does to the process on import is undone here.
import { Transfer as move, Thread as threadsThread, spawn as threadsSpawn } from 'threads';
import type { Transfer as Transferred } from '../remote.ts';

restoreListeners();
restoreSelf();

/** What `spawn` gives: the methods that the worker exposes. Its own types do not resolve from ESM: the published ones name none. */
export type SpawnedThread = Readonly<Record<string, (...args: readonly unknown[]) => PromiseLike<unknown>>>;

export const spawn: (worker: object, options: { timeout: number }) => Promise<SpawnedThread> = threadsSpawn as never;
export const Thread: { terminate(thread: SpawnedThread): Promise<void> } = threadsThread as never;

/** What the function `Transfer` returns; declared beside it, so that a declaration of what uses it can name it. */
export interface Transfer<T> extends Transferred<T> {}

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
export const Transfer: <T>(value: T, transferables?: readonly object[]) => Transfer<T> = move as never;
