/** The only import of threads.js on the worker's side. */
import { restoreListeners, restoreSelf } from './sideEffects.ts';
import { expose as exposeToThreads } from 'threads/worker';

restoreSelf();
// Uncaught errors are reported by `onUncaught`.
restoreListeners();

/** With a type of ours: those of threads.js do not resolve from ESM. */
export const expose: (methods: object) => void = exposeToThreads as never;
