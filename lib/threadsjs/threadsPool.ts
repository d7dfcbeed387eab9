/** A threads.js `Pool` as it is found. */
import type { ThreadsPool } from '../api/pool.ts';

interface Slot {
  readonly init: Promise<unknown>;
}

/** What a threads.js Pool is, beyond what its users are told. */
export interface OpenPool extends ThreadsPool<object> {
  readonly workers: Slot[];
  /** Whether `terminate` was called; its end is told only to those who listened before. */
  readonly isClosing?: boolean;
  queue(task: (thread: object) => unknown): never;
  events(): { subscribe(observer: { error(error: unknown): void; complete(): void }): unknown };
}

export function isThreadsPool(value: object): value is OpenPool {
  const pool = value as Partial<OpenPool>;
  return typeof pool.queue === 'function' && typeof pool.events === 'function' && Array.isArray(pool.workers);
}

export const threadsOf = ({ workers }: OpenPool): number => Math.max(1, workers.length);
