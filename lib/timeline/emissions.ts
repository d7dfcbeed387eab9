/** A stream's result buffer that tells whose result is taken from it next. */
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';

/** An outcome, and the number of its value. */
interface Marked {
  /** -1: one of many values of a task, which goes on. */
  readonly index: number;
  readonly outcome: unknown;
}

export class WatchedBuffer implements ResultBuffer {
  readonly #results: ResultBuffer;
  readonly #taken: (index: number) => void;

  constructor(results: ResultBuffer, taken: (index: number) => void) {
    this.#results = results;
    this.#taken = taken;
  }

  get held(): number {
    return this.#results.held;
  }

  get ready(): boolean {
    return this.#results.ready;
  }

  get inOrder(): boolean {
    return this.#results.inOrder === true;
  }

  store(seq: number, outcome: unknown, index: number): void {
    this.#results.store(seq, { index, outcome } satisfies Marked, index);
  }

  /** Of the values of a task its end is told, which comes after them. */
  add(seq: number, values: readonly unknown[], grant: (count: number) => void): void {
    const marked = values.map((outcome): Marked => ({ index: -1, outcome }));
    this.#results.add!(seq, marked, grant);
  }

  take(): unknown {
    const { index, outcome } = this.#results.take() as Marked;
    if (index >= 0) this.#taken(index);
    return outcome;
  }
}
