import { array, assert, double, integer, property, tuple } from 'fast-check';
import { Histogram } from '../../lib/primitives/histogram.ts';

/** The value that `percent` of 100 do not exceed, by counting. */
const exact = (sorted: readonly number[], percent: number): number =>
  sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;

describe('A histogram', () => {
  it('gives the percentiles of any durations within 3 %, and the longest', () => {
    const durations = tuple(double({ min: 0.001, max: 1e9, noNaN: true }), integer({ min: 1, max: 50 }));
    assert(
      property(array(durations, { minLength: 1, maxLength: 200 }), (recorded) => {
        const histogram = new Histogram();
        for (const [ms, count] of recorded) histogram.record(ms, count);
        const all = recorded.flatMap(([ms, count]) => Array.from({ length: count }, () => ms)).sort((a, b) => a - b);
        const { p50, p99, max } = histogram.summary;
        expect(max).toBe(all.at(-1)!);
        for (const [found, percent] of [
          [p50, 50],
          [p99, 99],
        ] as const)
          expect(Math.abs(found / exact(all, percent) - 1)).toBeLessThan(0.03);
      }),
    );
  });

  it('takes what is out of its range for the nearest that is in it', () => {
    const histogram = new Histogram();
    expect(histogram.summary).toEqual({ p50: 0, p99: 0, max: 0 });
    for (const ms of [-1, 0, 1e-9]) histogram.record(ms);
    expect(histogram.summary).toEqual({ p50: 1e-9, p99: 1e-9, max: 1e-9 });
    histogram.record(1e12, 1000);
    expect(histogram.summary.max).toBe(1e12);
    expect(histogram.summary.p50).toBeGreaterThan(1e9);
  });
});
