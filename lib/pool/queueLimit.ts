/** How much may wait at a pool (`maxQueue`), over all of its streams and calls. */
import { OverflowError } from '../api/errors.ts';

export class QueueLimit {
  /** Values and calls that wait now. */
  waiting = 0;
  readonly #most: number;
  readonly #starting: () => number;

  /** `starting`: how many workers are coming up. What waits for one of those has its place. */
  constructor(most: number, starting: () => number) {
    this.#most = most;
    this.#starting = starting;
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
