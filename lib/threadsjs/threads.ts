/**
 * The only door to threads.js on this side, opened for the first plain worker (`loadThreads.ts`): with all that it imports,
 * threads.js takes some 12 ms to load, and 13 kB of a page.
 */
import { restoreListeners, restoreSelf } from '#sideEffects';
// Order matters: what `threads` does to the process on import is undone here.
import { Thread as threadsThread, spawn as threadsSpawn } from 'threads';

restoreListeners();
restoreSelf();

/** What `spawn` gives: the methods that the worker exposes. Its own types do not resolve from ESM: the published ones name none. */
export type SpawnedThread = Readonly<Record<string, (...args: readonly unknown[]) => PromiseLike<unknown>>>;

export const spawn: (worker: object, options: { timeout: number }) => Promise<SpawnedThread> = threadsSpawn as never;
export const terminate: (thread: SpawnedThread) => Promise<void> = (threadsThread as any).terminate;
