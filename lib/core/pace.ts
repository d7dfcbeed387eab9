/** How many tasks of one stream go into a message, from what its tasks have cost so far. */

/** What a pool asks before it fills a message, and tells when one has come back. */
export interface Pacing {
  /** Most tasks for the next message. */
  readonly size: number;
  /** Whether a worker may have a second message waiting. */
  readonly small: boolean;
  /** `count` tasks took `ms` in a worker. */
  observe(count: number, ms: number): void;
}

/** Work in a message to a thread, in ms: long enough to carry it for nothing, short enough to share the rest out evenly. */
const TARGET = 4;
/** A message of more than this gains nothing more. */
const MOST = 1024;
/** A second message waits at the worker only where tasks are shorter than this, in ms. */
const SMALL = 3;
/** One bad measurement may raise the estimate at most so many times: a preempted worker is not a slow task. */
const RISE = 4;

export class Pace implements Pacing {
  readonly #target: number;
  readonly #growth: number;
  /** Milliseconds a task, estimated high; undefined until one has come back. */
  #cost: number | undefined;
  /** Grows from 1. */
  #size = 1;

  /** `target`: how many ms of work a message should carry. `growth`: how many times the tasks of one that came back the next may carry. */
  constructor(target: number = TARGET, growth: number = 2) {
    this.#target = target;
    this.#growth = growth;
  }

  get size(): number {
    return this.#size;
  }

  get small(): boolean {
    return this.#cost !== undefined && this.#cost < SMALL;
  }

  observe(count: number, ms: number): void {
    if (count === 0) return;
    const cost = Math.max(ms / count, 1e-4);
    const before = this.#cost;
    if (before === undefined) this.#cost = cost;
    else this.#cost = cost > before ? Math.min(cost, before * RISE + 0.01) : (cost + before) / 2;
    const grown = Math.max(this.#size, Math.min(this.#growth * count, MOST));
    this.#size = Math.max(1, Math.min(Math.floor(this.#target / this.#cost), grown));
  }
}
