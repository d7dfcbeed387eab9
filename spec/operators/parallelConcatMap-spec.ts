import { type ParallelFlatOperator, WorkerCrashedError, parallelConcatMap, parallelMergeMap } from '../../lib/index.ts';
import { FakePool, type FakeSettings } from '../support/fakePool.ts';
import { marbles } from '../support/marbles.ts';

/** What the task of each letter gives, and the frames before each and the end. */
const api = { values: (letter: string): string[] => (letter === 'a' ? ['1', '2', '3'] : ['7', '8', '9']) };
const GAPS: Readonly<Record<string, readonly number[]>> = { a: [1, 2, 3, 0], b: [1, 2, 1, 0] };

function drawn(operator: ParallelFlatOperator, expected: string): void {
  marbles(({ cold, expectObservable, scheduler }) => {
    const course: FakeSettings['course'] = ({ input }) => ({
      takes: 0,
      gap: (nth) => GAPS[input as string]![nth]!,
    });
    const { pool } = new FakePool(api, { size: 2, scheduler, course });
    const result = cold('ab----------|').pipe(operator((worker, letter) => worker.values(letter), pool));
    expectObservable(result).toBe(expected);
  });
}

describe('parallelConcatMap', () => {
  it('emits all values of the first task while it runs, then those of the second', () => {
    // The marble of its doc comment.
    drawn(parallelConcatMap, '-1-2--(3789)|');
  });

  it('fails after the values that came before the worker died, and runs nothing again', () => {
    marbles(({ cold, flush, scheduler }) => {
      const fake = new FakePool(api, { size: 1, scheduler, course: () => ({ takes: 0, crashesAfter: 2 }) });
      const options = { crashRetries: 3, retry: 3, onError: 'settle' as const };
      const seen: unknown[] = [];
      const result = cold('(a|)').pipe(
        parallelConcatMap((worker, letter) => worker.values(letter), fake.pool, options),
      );
      result.subscribe((value) => seen.push(typeof value === 'string' ? value : value.reason));
      flush();
      expect(seen).toEqual(['1', '2', jasmine.any(WorkerCrashedError)]);
      expect(fake.begun).toEqual([0]);
    });
  });

  it('refuses options that it has not', () => {
    const { pool } = new FakePool(api, { size: 1 });
    const call = (options: object) => () =>
      parallelConcatMap((worker, letter: string) => worker.values(letter), pool, options as never);
    expect(call({ batch: 3 })).toThrowError(TypeError, /batch is for tasks with one result/);
    expect(call({ buffer: 0 })).toThrowError(RangeError, /buffer must be an integer, at least 1/);
    expect(call({ buffer: Infinity })).toThrowError(RangeError, /buffer must be an integer, at least 1/);
  });
});

describe('parallelMergeMap', () => {
  it('emits each value as it comes', () => {
    // The marble of its doc comment.
    drawn(parallelMergeMap, '-172893-----|');
  });
});
