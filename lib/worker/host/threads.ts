/** The only door to threads.js on the worker's side. */
import { restoreListeners, restoreSelf } from './sideEffects.ts';
import { expose as exposeToThreads } from 'threads/worker';

restoreSelf();
// Errors that nobody catches are told of by `onUncaught`.
restoreListeners();

/** Its own types do not resolve from ESM: the published ones name none of them. */
export const expose: (methods: object) => void = exposeToThreads as never;
