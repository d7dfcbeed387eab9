import type { ResultBuffer } from './resultBuffer.ts';

const MISSING = Symbol('missing');

/** The result buffer of ordered streams: an outcome is emitted after the outcomes of all tasks dispatched before it. */
export class ReorderBuffer implements ResultBuffer {
  #slots: unknown[] = [];
  /** The position in `#slots` of the next outcome to emit, and its `seq`. */
  #head = 0;
  #first = 0;
  held = 0;

  get ready(): boolean {
    return this.#head < this.#slots.length && this.#slots[this.#head] !== MISSING;
  }

  store(seq: number, outcome: unknown): void {
    const at = this.#head + (seq - this.#first);
    while (this.#slots.length < at) this.#slots.push(MISSING);
    this.#slots[at] = outcome;
    this.held++;
  }

  shift(): unknown {
    const outcome = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head++;
    this.#first++;
    this.held--;
    if (this.#head >= 1024 && this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    return outcome;
  }
}
