/** The home of each key: the worker that runs its tasks, where a stream is sticky. */
import type { MayTake } from '../../pool/contract.ts';
import type { Life } from '../channel/workerAttachment.ts';

/** How many keys that are not objects are remembered: those that were used last. */
const MOST = 10_000;

export class KeyHomes {
  /** In order of use, the latest last. */
  readonly #primitives = new Map<unknown, Life>();
  readonly #objects = new WeakMap<object, Life>();

  /** Which keys the worker of this life may take; undefined: a worker that has not started yet. */
  open(life: Life | undefined): MayTake {
    return (key) => {
      const home = this.#of(key);
      return home === undefined || home === life;
    };
  }

  /** Makes the worker of this life the home of the key. Returns whether the home is new. */
  assign(key: unknown, life: Life): boolean {
    const first = this.#of(key) !== life;
    if (isObject(key)) this.#objects.set(key, life);
    else {
      this.#primitives.delete(key);
      this.#primitives.set(key, life);
      if (this.#primitives.size > MOST) this.#primitives.delete(this.#primitives.keys().next().value);
    }
    return first;
  }

  /** Frees a key of which no task has run at its home. */
  forget(key: unknown): void {
    if (isObject(key)) this.#objects.delete(key);
    else this.#primitives.delete(key);
  }

  #of(key: unknown): Life | undefined {
    const home = isObject(key) ? this.#objects.get(key) : this.#primitives.get(key);
    return home?.up === true ? home : undefined;
  }
}

function isObject(key: unknown): key is object {
  return (typeof key === 'object' && key !== null) || typeof key === 'function';
}
