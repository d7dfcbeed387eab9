/** Loads threads.js with the first plain worker: workers that use our `expose` need no threads.js. */
import { WorkerInitError } from '../api/errors.ts';
import { text } from '../protocol/thrown.ts';
import type * as threadsModule from './threads.ts';

export async function loadThreads(): Promise<typeof threadsModule> {
  try {
    return await import('./threads.ts');
  } catch (cause) {
    throw new WorkerInitError(`threads.js cannot be loaded: ${text(cause)}`, { cause });
  }
}
