/** Percentiles of any number of durations, in bounded memory. */

/** Buckets for each doubling: a percentile is within 2.2 % of the exact one, and the largest value is exact. */
const PER_DOUBLING = 16;
/** The range within which durations are distinguished: from 1 µs to 12 days, in ms as powers of 2. */
const SHORTEST = -10;
const LONGEST = 30;

export class Histogram {
  /** How many values are in each bucket; created with the first value. */
  #counts: Float64Array | undefined;
  #count = 0;
  #max = 0;

  /** `count` values of `ms` each. */
  record(ms: number, count: number = 1): void {
    const value = Math.max(0, ms);
    const counts = (this.#counts ??= new Float64Array((LONGEST - SHORTEST) * PER_DOUBLING));
    const bucket = Math.floor((Math.log2(value) - SHORTEST) * PER_DOUBLING);
    counts[Math.min(Math.max(bucket, 0), counts.length - 1)]! += count;
    this.#count += count;
    this.#max = Math.max(this.#max, value);
  }

  /** All 0 before the first value. */
  get summary(): { readonly p50: number; readonly p99: number; readonly max: number } {
    return { p50: this.#percentile(50), p99: this.#percentile(99), max: this.#max };
  }

  /** The middle of the bucket that contains this percentile. */
  #percentile(percent: number): number {
    const wanted = Math.ceil((percent * this.#count) / 100);
    let reached = 0;
    for (const [bucket, count] of this.#counts?.entries() ?? []) {
      reached += count;
      if (reached >= wanted) return Math.min(this.#max, 2 ** ((bucket + 0.5) / PER_DOUBLING + SHORTEST));
    }
    return this.#max;
  }
}
