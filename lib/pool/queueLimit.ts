/** The limit on what waits for a pool (`maxQueue`), over all of its streams and calls. */
import { OverflowError } from '../api/errors.ts';

export class QueueLimit {
  /** How many values and calls wait now. */
  waiting = 0;
  readonly #most: number;
  readonly #starting: () => number;

  /** `starting`: how many workers are starting. One value or call for each of them does not count. */
  constructor(most: number, starting: () => number) {
    this.#most = most;
    this.#starting = starting;
  }

  /** Adds to the values and calls that wait; `by` may be negative. */
  count(by: number): void {
    this.waiting += by;
  }

  get exceeded(): boolean {
    return this.waiting > this.#most && this.waiting > this.#most + this.#starting();
  }

  error(): OverflowError {
    return new OverflowError(
      `More than maxQueue (${this.#most}) calls and values are waiting for the pool. Try again later, or raise maxQueue`,
    );
  }
}
