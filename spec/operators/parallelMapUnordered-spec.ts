import { parallelMapUnordered } from '../../lib/index.ts';
import { marbles } from '../support/marbles.ts';

describe('parallelMapUnordered', () => {
  it('emits each result as soon as its task is complete', () => {
    marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
      // The marble of its doc comment.
      const source = cold('  --a--b--c----|');
      const expected = '     ------ba----c|';
      const { pool } = crew(2, { a: 5, b: 1, c: 4 });

      const result = source.pipe(parallelMapUnordered((worker, value) => worker.run(value), pool));

      expectObservable(result).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------------!');
    });
  });

  it('errors at once, whatever is out before the task that failed', () => {
    marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
      const source = cold('  -a-B-C-d-|');
      const expected = '     --a---#';
      const fake = crew(3, { a: 1, B: 5, C: 1 });
      const result = source.pipe(parallelMapUnordered((worker, value) => worker.run(value), fake.pool));
      expectObservable(result).toBe(expected, undefined, 'C');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
      flush();
      expect(fake.cancelled).toEqual([1]);
      expect(fake.attached).toBe(0);
    });
  });

  it('emits what arrived before a failure, in the same group too, and nothing after it', () => {
    marbles(({ cold, crew, expectObservable }) => {
      const { pool } = crew(1, {}, { room: () => 4, group: () => 4, course: () => ({ takes: 1 }) });
      const result = cold('(abCd|)').pipe(parallelMapUnordered((worker, value) => worker.run(value), pool));
      expectObservable(result).toBe('-a--(b#)', undefined, 'C');
    });
  });

  it('has its own errorTiming, whatever is said', () => {
    for (const errorTiming of ['in-order', 'immediate'] as const)
      marbles(({ cold, crew, expectObservable }) => {
        const { pool } = crew(2, { a: 9, b: 3, C: 4 }, { room: () => 2, group: () => 2 });
        const result = cold('(abC|)').pipe(
          parallelMapUnordered((worker, value) => worker.run(value), pool, { errorTiming }),
        );
        expectObservable(result).toBe('---b---#', undefined, 'C');
      });
  });

  it('gives every input its outcome, as it arrives, with onError: settle', () => {
    marbles(({ cold, crew, expectObservable }) => {
      const { pool } = crew(3, { a: 6 });
      const result = cold('aB-c|').pipe(
        parallelMapUnordered((worker, value) => worker.run(value), pool, { onError: 'settle' }),
      );
      expectObservable(result).toBe('--y-z-(x|)', {
        x: { status: 'fulfilled', index: 0, input: 'a', value: 'a' },
        y: { status: 'rejected', index: 1, input: 'B', reason: 'B' },
        z: { status: 'fulfilled', index: 2, input: 'c', value: 'c' },
      });
    });
  });

  it('leaves failures out with onError: skip', () => {
    marbles(({ cold, crew, expectObservable }) => {
      const { pool } = crew(3, { a: 6, C: 9 });
      const result = cold('aBCd|').pipe(
        parallelMapUnordered((worker, value) => worker.run(value), pool, { onError: 'skip' }),
      );
      expectObservable(result).toBe('----d-a----|');
    });
  });

  it('bounds by window what is out', () => {
    marbles(({ cold, crew, expectObservable, flush }) => {
      const fake = crew(4, { a: 5, b: 1, c: 2, d: 2 });
      const result = cold('(abcd|)').pipe(
        parallelMapUnordered((worker, value) => worker.run(value), fake.pool, { window: 2 }),
      );
      expectObservable(result).toBe('-b-c-(ad|)');
      flush();
      expect(fake.mostBusy).toBe(2);
    });
  });
});
