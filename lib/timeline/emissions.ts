/** A result buffer that reports which result is taken from it, so that emissions can be recorded. */
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';

/** An outcome with the index of its task. */
interface Marked {
  /** -1: one of many values of a task that goes on. */
  readonly index: number;
  readonly outcome: unknown;
}

export class WatchedBuffer implements ResultBuffer {
  readonly #results: ResultBuffer;
  readonly #onShift: (index: number) => void;

  constructor(results: ResultBuffer, onShift: (index: number) => void) {
    this.#results = results;
    this.#onShift = onShift;
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

  /** Values of a task that gives many: only its end, which comes after them, is reported. */
  add(seq: number, values: readonly unknown[], grant: (count: number) => void): void {
    const marked = values.map((outcome): Marked => ({ index: -1, outcome }));
    this.#results.add!(seq, marked, grant);
  }

  shift(): unknown {
    const { index, outcome } = this.#results.shift() as Marked;
    if (index >= 0) this.#onShift(index);
    return outcome;
  }
}
