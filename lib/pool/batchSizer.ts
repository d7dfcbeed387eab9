/** The batch sizer: how many tasks of one stream go into a message, by the measured cost of its tasks. */

/** Asked by a pool before it fills a message; informed of each message that it has sent and of each reply. */
export interface BatchSizing {
  /** The most tasks that the next message may carry. */
  readonly size: number;
  /** Whether a worker may have a second message waiting. */
  readonly small: boolean;
  /** `count` tasks ran for `ms` in a worker. */
  observe(count: number, ms: number): void;
  /** `ms`: the time to put `count` tasks into a message. */
  sent(count: number, ms: number): void;
  /** `ms`: the time to put the results of `count` tasks into a message. */
  returned(count: number, ms: number): void;
}

/**
 * Work in a message to a thread, in ms: long enough that the message costs next to nothing, short enough that the remaining
 * tasks are spread evenly over the workers.
 */
const TARGET = 4;
/**
 * The most ms that putting a message together may take, on either side. Values so large gain nothing by travelling together,
 * and get slower: buffers of 1 MiB took 300 µs each alone, 450 in eights, 1000 in thirties. Half of this limit made records
 * of 20 fields 3 % slower.
 */
const CARRY = 0.4;
/** The most tasks in a message; more gain nothing. */
const MOST = 1024;
/** A second message may wait at the worker only where tasks are shorter than this, in ms. */
const SMALL = 3;
/** The factor by which an estimate may rise at most at once. */
const RISE = 4;
/** A measurement up to this many ms above the estimate may include a pause: a preempted thread, or a garbage collection. */
const PAUSE = 20;

/**
 * An estimate of ms per task, on the high side: it rises to the least of the last three measurements, or to one that a pause does
 * not explain, and falls by half the difference. When each measurement counted, a collection of 15 ms reduced messages of 400
 * tasks to three.
 */
class Estimate {
  /** Undefined before the first measurement. */
  value: number | undefined;
  #last = Infinity;
  #beforeLast = Infinity;

  constructor(value?: number) {
    this.value = value;
  }

  /** Adds that `count` tasks took `ms`; returns whether that is not above the estimate. */
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
  /** Milliseconds per task. */
  readonly #cost = new Estimate();
  /** Milliseconds to put one task, and one result, into a message. */
  readonly #sent = new Estimate(0);
  readonly #returned = new Estimate(0);
  #size = 1;

  /**
   * `target`: how many ms of work a message should carry. `growth`: by which factor the size may grow from a message that came
   * back to the next.
   */
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
