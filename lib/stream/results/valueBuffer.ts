/** The result buffer of tasks that give many values; `concatBuffer.ts` and `mergeBuffer.ts` implement it. */
import type { ResultBuffer } from './resultBuffer.ts';

/** `store` is called with the outcome of a task, after its values; `held` counts outcomes. */
export interface ValueBuffer extends ResultBuffer {
  /** Adds values of a running task; `grant` is called with how many of them have been emitted. */
  add(seq: number, values: readonly unknown[], grant: Grant): void;
}

export type Grant = (count: number) => void;

/** Values that came in one message. They are acknowledged together, when the last has been shifted. */
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

  /** To be called when the chunk is empty and removed from its buffer: more values may come before this returns. */
  acknowledge(): void {
    this.#grant(this.#at);
  }
}
