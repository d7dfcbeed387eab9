/** Where values of tasks that give many wait until they are emitted. `concatBuffer.ts` and `mergeBuffer.ts` are its two forms. */
import type { ResultBuffer } from './resultBuffer.ts';

/** `store` is told what a task ends with, after its values; `held` counts those ends. */
export interface ValueBuffer extends ResultBuffer {
  /** Values of a task that runs: `grant` is told how many of them have been emitted. */
  add(seq: number, values: readonly unknown[], grant: Grant): void;
}

export type Grant = (count: number) => void;

/** Values that have come together. They are acknowledged together, when the last has been taken. */
export class Chunk {
  readonly #values: readonly unknown[];
  readonly #grant: Grant;
  #at = 0;

  constructor(values: readonly unknown[], grant: Grant) {
    this.#values = values;
    this.#grant = grant;
  }

  get empty(): boolean {
    return this.#at >= this.#values.length;
  }

  shift(): unknown {
    return this.#values[this.#at++];
  }

  /** Once it is empty, and nobody can take from it: more may come before this returns. */
  acknowledge(): void {
    this.#grant(this.#at);
  }
}
