/** Loads threads.js for the first plain worker or lent thread: the workers of our `expose` are spoken to without it. */
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
