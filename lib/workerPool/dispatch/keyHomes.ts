/** Which worker the tasks of a key are for, where a stream is sticky. */
import type { MayTake } from '../../pool/contract.ts';
import type { Life } from '../channel/workerAttachment.ts';

/** So many keys that are no objects are remembered: those that were used last. */
const MOST = 10_000;

export class KeyHomes {
  /** In the order in which they were used. */
  readonly #primitives = new Map<unknown, Life>();
  readonly #objects = new WeakMap<object, Life>();

  /** Tasks of which keys the worker of this life may take; undefined: one that is yet to come up. */
  open(life: Life | undefined): MayTake {
    return (key) => {
      const home = this.#of(key);
      return home === undefined || home === life;
    };
  }

  /** A task of the key has gone to the worker of this life. Whether it is the first that the worker is known to have. */
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

  /** No task of it has gone anywhere. */
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
