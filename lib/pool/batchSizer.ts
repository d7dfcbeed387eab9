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
/** A measurement may raise an estimate at most so many times. */
const RISE = 4;
/** What took up to so many ms longer than it should may have waited meanwhile, for its core or for the garbage collector. */
const PAUSE = 20;

/**
 * Milliseconds a task, estimated high: it rises with the least of the last three measurements, or with one that no pause
 * explains, and falls by halves. When each measurement counted, a collection of 15 ms made messages of 400 tasks three.
 */
class Estimate {
  /** Undefined: not known. */
  value: number | undefined;
  #last = Infinity;
  #beforeLast = Infinity;

  constructor(value?: number) {
    this.value = value;
  }

  /** `count` tasks took `ms`. Returns whether that is no longer than was thought. */
  add(count: number, ms: number): boolean {
    const measured = ms / count;
    const { value } = this;
    const paused = value !== undefined && ms - value * count <= PAUSE;
    const sure = paused ? Math.min(measured, this.#last, this.#beforeLast) : measured;
    this.#beforeLast = this.#last;
    this.#last = measured;
    if (value === undefined) this.value = measured;
    else if (measured <= value) this.value = (measured + value) / 2;
    else if (sure > value) this.value = Math.min(sure, value * RISE + 0.01);
    return value === undefined || measured <= value;
  }
}

export class BatchSizer implements BatchSizing {
  readonly #target: number;
  readonly #growth: number;
  /** Milliseconds a task. */
  readonly #cost = new Estimate();
  /** Milliseconds to put a task into a message, and its result. */
  readonly #sent = new Estimate(0);
  readonly #returned = new Estimate(0);
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
    return (this.#cost.value ?? SMALL) < SMALL;
  }

  observe(count: number, ms: number): void {
    if (count === 0) return;
    const grows = this.#cost.add(count, Math.max(ms, 1e-4 * count));
    this.#fit(grows ? Math.max(this.#size, Math.min(this.#growth * count, MOST)) : this.#size);
  }

  sent(count: number, ms: number): void {
    this.#sent.add(count, ms);
    this.#fit(this.#size);
  }

  returned(count: number, ms: number): void {
    if (count === 0) return;
    this.#returned.add(count, ms);
    this.#fit(this.#size);
  }

  #fit(most: number): void {
    const carry = Math.max(this.#sent.value!, this.#returned.value!);
    const fitting = Math.min(most, this.#target / (this.#cost.value ?? this.#target), CARRY / carry);
    this.#size = Math.max(1, Math.floor(fitting));
  }
}
