import { range } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';
import { FakePool, type FakeSettings } from '../support/fakePool.ts';
import { marbles } from '../support/marbles.ts';

describe('parallelMap', () => {
  it('emits the results in the order of the source', () => {
    marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
      // The marble of its doc comment.
      const source = cold('  --a--b--c----|');
      const expected = '     -------(ab)-c|';
      const { pool } = crew(2, { a: 5, b: 1, c: 4 });

      const result = source.pipe(parallelMap((worker, value) => worker.run(value), pool));

      expectObservable(result).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------------!');
    });
  });

  it('does not wait where nothing is missing', () => {
    marbles(({ cold, crew, expectObservable }) => {
      const { pool } = crew(2);
      const result = cold('a-b-c-|').pipe(parallelMap((worker, value) => worker.run(value), pool));
      expectObservable(result).toBe('-a-b-c|');
    });
  });

  it('completes when the last result is emitted, not when the source completes', () => {
    marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
      const source = cold('(ab|)');
      const { pool } = crew(2, { a: 6, b: 2 });
      const result = source.pipe(parallelMap((worker, value) => worker.run(value), pool));
      expectObservable(result).toBe('------(ab|)');
      expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  describe('when a task fails', () => {
    it('emits the results before it first, then errors; nothing after it is emitted', () => {
      marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
        const source = cold('  -a-b-C-d-e-f-|');
        const expected = '     -----------(ab#)';
        const fake = crew(3, { a: 10, b: 1, C: 3, d: 2 });

        const result = source.pipe(parallelMap((worker, value) => worker.run(value), fake.pool));

        expectObservable(result).toBe(expected, undefined, 'C');
        // The source is let go when the failure is known, which is before it is emitted.
        expectSubscriptions(source.subscriptions).toBe('^-------!');
        flush();
        expect(fake.begun).withContext('tasks that were begun').toEqual([0, 1, 2, 3]);
        expect(fake.cancelled).withContext('tasks that were cancelled').toEqual([3]);
        expect(fake.attached).toBe(0);
      });
    });

    it('begins nothing of what was waiting', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(2, { a: 6, B: 2 });
        const result = cold('(aBcdef|)').pipe(parallelMap((worker, value) => worker.run(value), fake.pool));
        expectObservable(result).toBe('------(a#)', undefined, 'B');
        flush();
        expect(fake.begun).toEqual([0, 1]);
      });
    });

    it('lets the lower index win of two failures, though it fails later', () => {
      marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
        const source = cold('  -a-B-C-d-|');
        const expected = '     --a-----#';
        const { pool } = crew(3, { a: 1, B: 5, C: 1 });
        const result = source.pipe(parallelMap((worker, value) => worker.run(value), pool));
        expectObservable(result).toBe(expected, undefined, 'B');
        expectSubscriptions(source.subscriptions).toBe('^-----!');
      });
    });

    it('lets the lower index win of two failures that come together', () => {
      for (const group of [1, 4])
        marbles(({ cold, crew, expectObservable }) => {
          const { pool } = crew(1, {}, { room: () => 4, group: () => group, course: () => ({ takes: 0 }) });
          const result = cold('(aBcD|)').pipe(parallelMap((worker, value) => worker.run(value), pool));
          expectObservable(result).toBe('(a#)', undefined, 'B');
        });
    });

    it('emits the results before it first where they come after it', () => {
      marbles(({ cold, crew, expectObservable }) => {
        const later: FakeSettings['course'] = ({ input }, attempt) =>
          input === 'B' ? { takes: 3 } : attempt === 1 ? { takes: 1, ends: 'put-back' } : { takes: 2 };
        const { pool } = crew(2, {}, { course: later });
        const result = cold('(aB|)').pipe(parallelMap((worker, value) => worker.run(value), pool));
        expectObservable(result).toBe('---(a#)', undefined, 'B');
      });
    });

    it('waits for nothing with errorTiming: immediate', () => {
      marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
        const source = cold('  -a-B-c-|');
        const expected = '     ----#';
        const fake = crew(3, { a: 10 });
        const result = source.pipe(
          parallelMap((worker, value) => worker.run(value), fake.pool, { errorTiming: 'immediate' }),
        );
        expectObservable(result).toBe(expected, undefined, 'B');
        expectSubscriptions(source.subscriptions).toBe('^---!');
        flush();
        expect(fake.cancelled).toEqual([0]);
      });
    });

    it('emits what was ready by then with errorTiming: immediate, however it was grouped', () => {
      for (const group of [1, 2, 3])
        marbles(({ cold, crew, expectObservable }) => {
          const { pool } = crew(
            1,
            {},
            { room: () => 3, group: () => group, course: ({ input }) => ({ takes: input === 'a' ? 4 : 0 }) },
          );
          const result = cold('(abCd|)').pipe(
            parallelMap((worker, value) => worker.run(value), pool, { errorTiming: 'immediate' }),
          );
          expectObservable(result).toBe('----(ab#)', undefined, 'C');
        });
    });

    it('gives every input its outcome, in order, with onError: settle', () => {
      marbles(({ cold, crew, expectObservable }) => {
        const { pool } = crew(3, { a: 4 });
        const result = cold('aB-c|').pipe(
          parallelMap((worker, value) => worker.run(value), pool, { onError: 'settle' }),
        );
        expectObservable(result).toBe('----(xyz|)', {
          x: { status: 'fulfilled', index: 0, input: 'a', value: 'a' },
          y: { status: 'rejected', index: 1, input: 'B', reason: 'B' },
          z: { status: 'fulfilled', index: 2, input: 'c', value: 'c' },
        });
      });
    });

    it('leaves it out with onError: skip', () => {
      marbles(({ cold, crew, expectObservable }) => {
        const { pool } = crew(3, { a: 4, C: 9 });
        const result = cold('aBCd|').pipe(parallelMap((worker, value) => worker.run(value), pool, { onError: 'skip' }));
        expectObservable(result).toBe('----a------(d|)');
      });
    });
  });

  describe('window', () => {
    it('bounds what is out or held back', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(4, { a: 5, b: 1, c: 4, d: 4 });
        const result = cold('(abcd|)').pipe(
          parallelMap((worker, value) => worker.run(value), fake.pool, { window: 2 }),
        );
        expectObservable(result).toBe('-----(ab)(cd|)');
        flush();
        expect(fake.mostBusy).toBe(2);
      });
    });

    it('of 1 is concatMap', () => {
      marbles(({ cold, crew, expectObservable }) => {
        const { pool } = crew(4, { a: 3, b: 2, c: 1 });
        const result = cold('(abc|)').pipe(parallelMap((worker, value) => worker.run(value), pool, { window: 1 }));
        expectObservable(result).toBe('---a-b(c|)');
      });
    });

    it('of Infinity holds back as much as it takes', () => {
      marbles(({ scheduler, flush }) => {
        const course: FakeSettings['course'] = ({ index }) => ({ takes: index === 0 ? 9 : 0 });
        const fake = new FakePool({ run: (n: number) => n }, { size: 2, scheduler, course });
        const values: number[] = [];
        range(0, 1_000)
          .pipe(parallelMap((worker, n) => worker.run(n), fake.pool, { window: Infinity }))
          .subscribe((n) => values.push(n));
        expect(fake.begun.length).toBe(1_000);
        expect(values).toEqual([]);
        flush();
        expect(values).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
      });
    });

    for (const size of [2, 8, 16, 100])
      it(`omitted, lets more tasks out while fewer results are held back than 64, or 8 for each task that is out (pool of ${size})`, () => {
        marbles(({ scheduler, flush }) => {
          const course: FakeSettings['course'] = ({ index }) => ({ takes: index === 0 ? 1_000 : 1 + (index % 3) });
          const fake = new FakePool({ run: (n: number) => n }, { size, scheduler, course });
          let emitted = 0;
          let begun = 0;
          const state = (): { held: number; out: number } => {
            const { running } = fake.stats();
            return { held: begun - emitted - running, out: running };
          };
          const mayTake = (): boolean => {
            const { held, out } = state();
            return held < Math.max(64, 8 * out);
          };
          let atRest = false;
          range(0, 5_000)
            .pipe(
              parallelMap((worker, n) => {
                if (emitted === 0) expect(mayTake()).withContext(`at task ${n}`).toBeTrue();
                begun++;
                return worker.run(n);
              }, fake.pool),
            )
            .subscribe(() => {
              if (emitted === 0) {
                atRest = begun < 5_000 && fake.busy === 0;
                expect(begun - 1).toBeGreaterThanOrEqual(64);
              }
              emitted++;
            });
          flush();
          expect(atRest).withContext('nothing more was taken while the first was missing').toBeTrue();
          expect(emitted).toBe(5_000);
        });
      });
  });
});
