/** How long tasks wait, and run. */
import type { Durations } from '../api/pool.ts';
import { Histogram } from '../primitives/histogram.ts';

export class TaskTimes {
  readonly #wait = new Histogram();
  readonly #run = new Histogram();

  /**
   * The outcomes of `count` tasks are here, `latency` ms after their values came, of which each ran for `run`: means, where
   * there are several. Counted by the message, so that it costs the values in it nothing.
   */
  record(latency: number, run: number, count: number = 1): void {
    this.#run.record(run, count);
    this.#wait.record(latency - run, count);
  }

  get summary(): { readonly wait: Durations; readonly run: Durations } {
    return { wait: this.#wait.summary, run: this.#run.summary };
  }
}
