/** The parts of a threads.js `Pool` that are used here. */
import type { ThreadsPool } from '../api/types/pool.ts';

interface Slot {
  readonly init: Promise<unknown>;
}

/** A threads.js Pool with its undocumented members. */
export interface OpenPool extends ThreadsPool<object> {
  readonly workers: Slot[];
  /** Whether `terminate` was called; only earlier subscribers get an event of that. */
  readonly isClosing?: boolean;
  queue(task: (thread: object) => unknown): never;
  events(): { subscribe(observer: { error(error: unknown): void; complete(): void }): unknown };
}

export function isThreadsPool(value: object): value is OpenPool {
  const pool = value as Partial<OpenPool>;
  return typeof pool.queue === 'function' && typeof pool.events === 'function' && Array.isArray(pool.workers);
}

export const threadsOf = ({ workers }: OpenPool): number => Math.max(1, workers.length);
