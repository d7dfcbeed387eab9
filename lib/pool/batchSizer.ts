/** How many tasks of one stream go into a message, from what its tasks have cost so far. */

/** What a pool asks before it fills a message, and tells of each that it has sent and that has come back. */
export interface BatchSizing {
  /** Most tasks for the next message. */
  readonly size: number;
  /** Whether a worker may have a second message waiting. */
  readonly small: boolean;
  /** `count` tasks took `ms` in a worker. */
  observe(count: number, ms: number): void;
  /** To put `count` tasks into a message took `ms`. */
  sent(count: number, ms: number): void;
  /** To put the results of `count` tasks into a message took `ms`. */
  returned(count: number, ms: number): void;
}

/** Work in a message to a thread, in ms: long enough to carry it for nothing, short enough to share the rest out evenly. */
const TARGET = 4;
/**
 * Putting a message together may take so many ms, on either side: values that are large enough for that gain nothing by
 * travelling together, and lose. Buffers of 1 MiB took 300 µs each alone, 450 by eights, 1000 by thirties; half of
 * this made records of 20 fields 3 % slower.
 */
const CARRY = 0.4;
/** A message of more than this gains nothing more. */
const MOST = 1024;
/** A second message waits at the worker only where tasks are shorter than this, in ms. */
const SMALL = 3;
/** One bad measurement may raise an estimate at most so many times: a preempted worker is not a slow task. */
const RISE = 4;

export class BatchSizer implements BatchSizing {
  readonly #target: number;
  readonly #growth: number;
  /** Milliseconds a task, estimated high; undefined until one has come back. */
  #cost: number | undefined;
  /** Milliseconds to put a task into a message, and its result, estimated high. */
  #sent = 0;
  #returned = 0;
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
    this.#cost = this.#cost === undefined ? cost : estimate(this.#cost, cost);
    this.#fit(Math.max(this.#size, Math.min(this.#growth * count, MOST)));
  }

  sent(count: number, ms: number): void {
    this.#sent = estimate(this.#sent, ms / count);
    this.#fit(this.#size);
  }

  returned(count: number, ms: number): void {
    if (count === 0) return;
    this.#returned = estimate(this.#returned, ms / count);
    this.#fit(this.#size);
  }

  #fit(most: number): void {
    const carry = Math.max(this.#sent, this.#returned);
    this.#size = Math.max(1, Math.floor(Math.min(most, this.#target / (this.#cost ?? this.#target), CARRY / carry)));
  }
}

/** Higher at once, but within reason; lower by halves. */
function estimate(before: number, measured: number): number {
  return measured > before ? Math.min(measured, before * RISE + 0.01) : (measured + before) / 2;
}
