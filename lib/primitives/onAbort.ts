import type { AbortSignalLike } from '../api/signal.ts';
import { queueMicrotask } from './clock.ts';

/** The actions that wait for one signal to abort: one listener for all of them, since Node warns of more than ten. */
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
        // As an event's listeners do: what one throws is no concern of the others.
        queueMicrotask(() => {
          throw error;
        });
      }
  };
}

const known = new WeakMap<AbortSignalLike, Waiting>();

/** Calls `act` when `signal` aborts, unless the function that is returned was called before. */
export function onAbort(signal: AbortSignalLike, act: () => void): () => void {
  const waiting = known.get(signal) ?? new Waiting(signal);
  known.set(signal, waiting);
  waiting.add(act);
  return () => waiting.remove(act);
}
