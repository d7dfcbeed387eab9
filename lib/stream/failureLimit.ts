/** How many tasks of a stream may fail (`maxFailures`). */
import { TooManyFailuresError } from '../api/errors.ts';

/** So many failures are kept for the error; beyond, they are only counted. */
const KEPT = 100;

export class FailureLimit {
  readonly #most: number;
  #failed = 0;
  #last = -1;
  #count = 0;
  readonly #errors: unknown[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** A task has failed: the last that can matter, as so many have that one of them is too many; `Infinity`: all can. */
  lastAfter(seq: number): number {
    if (seq > this.#last) this.#last = seq;
    return ++this.#failed > this.#most ? this.#last : Infinity;
  }

  /** Counts a failure whose turn it is; what the stream errors with if that is one too many. */
  add(error: unknown): TooManyFailuresError | undefined {
    if (this.#errors.length < KEPT) this.#errors.push(error);
    if (++this.#count <= this.#most) return undefined;
    return new TooManyFailuresError(`${this.#count} tasks have failed: more than maxFailures, which is ${this.#most}`, [
      ...this.#errors,
    ]);
  }
}
