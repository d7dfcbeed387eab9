/** The limit on failed tasks of a stream (`maxFailures`). */
import { TooManyFailuresError } from '../api/errors.ts';

/** The most failures that the error lists; further ones are only counted. */
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

  /**
   * Notes a failure, before its turn among the results. Returns the `seq` after which no task can matter any more, because one
   * of the failures up to it is one too many; `Infinity` before that.
   */
  lastAfter(seq: number): number {
    if (seq > this.#last) this.#last = seq;
    return ++this.#failed > this.#most ? this.#last : Infinity;
  }

  /** Counts a failure in its turn; returns the error of the stream if it is one too many. */
  add(error: unknown): TooManyFailuresError | undefined {
    if (this.#errors.length < KEPT) this.#errors.push(error);
    if (++this.#count <= this.#most) return undefined;
    return new TooManyFailuresError(`${this.#count} tasks have failed: more than maxFailures, which is ${this.#most}`, [
      ...this.#errors,
    ]);
  }
}
