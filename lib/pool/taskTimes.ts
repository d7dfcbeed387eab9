/** The wait and run times of the tasks of a pool. */
import type { Durations } from '../api/types/pool.ts';
import { Histogram } from '../primitives/histogram.ts';

export class TaskTimes {
  readonly #wait = new Histogram();
  readonly #run = new Histogram();

  /**
   * Records `count` tasks whose outcomes came `latency` ms after their values, and that ran for `run` ms each: means, where
   * there are several. Called once for each message, so that the cost for each value is nothing.
   */
  record(latency: number, run: number, count: number = 1): void {
    this.#run.record(run, count);
    this.#wait.record(latency - run, count);
  }

  get summary(): { readonly wait: Durations; readonly run: Durations } {
    return { wait: this.#wait.summary, run: this.#run.summary };
  }
}
