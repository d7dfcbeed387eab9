/**
 * The only import of threads.js on the host's side, loaded with the first plain worker (`loadThreads.ts`): with its dependencies
 * threads.js takes about 12 ms to load, and 13 kB of a page.
 */
import { restoreListeners, restoreSelf } from '#sideEffects';
// Order matters: what `threads` does to the process on import is undone here.
import { Thread as threadsThread, spawn as threadsSpawn } from 'threads';

restoreListeners();
restoreSelf();

/** The result of `spawn`: the methods that the worker exposes. A type of ours, as those of threads.js do not resolve from ESM. */
export type SpawnedThread = Readonly<Record<string, (...args: readonly unknown[]) => PromiseLike<unknown>>>;

export const spawn: (worker: object, options: { timeout: number }) => Promise<SpawnedThread> = threadsSpawn as never;
export const terminate: (thread: SpawnedThread) => Promise<void> = (threadsThread as any).terminate;
