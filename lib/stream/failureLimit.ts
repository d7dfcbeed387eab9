/** How many tasks of a stream may fail (`maxFailures`). */
import { TooManyFailuresError } from '../api/errors.ts';

/** So many failures are kept for the error; beyond, they are only counted. */
const KEPT = 100;

export class FailureLimit {
  readonly #most: number;
  #count = 0;
  readonly #errors: unknown[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a failure; what the stream errors with if that is one too many. */
  add(error: unknown): TooManyFailuresError | undefined {
    if (this.#errors.length < KEPT) this.#errors.push(error);
    if (++this.#count <= this.#most) return undefined;
    return new TooManyFailuresError(`${this.#count} tasks have failed: more than maxFailures, which is ${this.#most}`, [
      ...this.#errors,
    ]);
  }
}
