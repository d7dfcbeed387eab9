import type { AbortSignalLike } from '../api/types/signal.ts';
import { queueMicrotask } from './clock.ts';

/** The actions to run when one signal aborts: one listener for all, because Node warns about more than ten. */
class Waiting {
  readonly #signal: AbortSignalLike;
  readonly #acts = new Set<() => void>();

  constructor(signal: AbortSignalLike) {
    this.#signal = signal;
  }

  add(act: () => void): void {
    if (this.#acts.size === 0) this.#signal.addEventListener('abort', this.#all);
    this.#acts.add(act);
  }

  remove(act: () => void): void {
    if (this.#acts.delete(act) && this.#acts.size === 0) this.#signal.removeEventListener('abort', this.#all);
  }

  readonly #all = (): void => {
    for (const act of this.#acts)
      try {
        act();
      } catch (error) {
        // As among event listeners: an error of one does not keep the others from running.
        queueMicrotask(() => {
          throw error;
        });
      }
  };
}

const known = new WeakMap<AbortSignalLike, Waiting>();

/** Calls `act` when `signal` aborts; the returned function cancels that. */
export function onAbort(signal: AbortSignalLike, act: () => void): () => void {
  const waiting = known.get(signal) ?? new Waiting(signal);
  known.set(signal, waiting);
  waiting.add(act);
  return () => waiting.remove(act);
}
