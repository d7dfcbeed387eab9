/** Several streams on one pool; closing it under them. */
import { type Observable, from, mergeMap, range } from 'rxjs';
import { PoolClosedError, parallelMap, parallelMapUnordered } from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { letters, marbles } from '../support/marbles.ts';

const closed = new PoolClosedError('The pool is closed');

function collect<T>(source: Observable<T>): T[] {
  const values: T[] = [];
  source.subscribe((value) => values.push(value));
  return values;
}

for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
  describe(`${name} on a shared pool`, () => {
    for (const takes of [0, 1]) {
      const time = takes === 0 ? 'at once' : 'after a frame';

      it(`chains on a pool of one (tasks end ${time})`, () => {
        marbles(({ scheduler, flush }) => {
          const api = { increment: (n: number) => n + 1, double: (n: number) => 2 * n };
          const fake = new FakePool(api, { size: 1, scheduler, course: () => ({ takes }) });
          const { pool } = fake;
          const results = collect(
            range(0, 200).pipe(
              operator((worker, n) => worker.increment(n), pool, { window: 2 }),
              operator((worker, n) => worker.double(n), pool),
              operator((worker, n) => worker.increment(n), pool),
            ),
          );
          flush();
          expect(results).toEqual(Array.from({ length: 200 }, (_, n) => 2 * (n + 1) + 1));
          expect(fake.attached).toBe(0);
        });
      });

      it(`nests on a pool of one (tasks end ${time})`, () => {
        marbles(({ scheduler, flush }) => {
          const api = { upTo: (n: number) => Array.from({ length: n }, (_, k) => k), double: (n: number) => 2 * n };
          const { pool } = new FakePool(api, { size: 1, scheduler, course: () => ({ takes }) });
          const results = collect(
            from([3, 1, 2]).pipe(
              operator((worker, n) => worker.upTo(n), pool),
              mergeMap((list) => from(list).pipe(operator((worker, n) => worker.double(n), pool))),
            ),
          );
          flush();
          expect(results.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 2, 2, 4]);
        });
      });
    }

    it('is served in turn', () => {
      marbles(({ cold, scheduler, expectObservable, flush }) => {
        const begun: string[] = [];
        const api = { run: (letter: string) => letter };
        const course = ({ input }: { input: unknown }): { takes: number } => {
          begun.push(input as string);
          return { takes: 5 };
        };
        const { pool } = new FakePool(api, { size: 1, scheduler, course });
        const first = cold('(abcd|)').pipe(operator((worker, value) => worker.run(value), pool));
        const second = cold('-(xy|)').pipe(operator((worker, value) => worker.run(value), pool));
        expectObservable(first).toBe('-----a---------b---------c----(d|)');
        expectObservable(second).toBe('----------x---------(y|)');
        flush();
        expect(begun).toEqual(['a', 'x', 'b', 'y', 'c', 'd']);
      });
    });

    it('is not held back by a long stream that began before it', () => {
      marbles(({ scheduler, flush }) => {
        const fake = new FakePool({ run: (n: number) => n }, { size: 2, scheduler });
        const long = collect(range(0, 1_000).pipe(operator((worker, n) => worker.run(n), fake.pool)));
        const short: number[] = [];
        let before = Infinity;
        range(0, 10)
          .pipe(operator((worker, n) => worker.run(n), fake.pool))
          .subscribe({ next: (n) => short.push(n), complete: () => (before = long.length) });
        flush();
        expect(short.length).toBe(10);
        expect(long.length).toBe(1_000);
        expect(before).toBeLessThanOrEqual(14);
      });
    });

    it('leaves the pool to others when it ends, fails or is unsubscribed', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(1, { a: 4, B: 4, c: 4, d: 2 });
        const run = (marble: string): Observable<string> =>
          cold(marble).pipe(operator((worker, value) => worker.run(value), fake.pool, { terminateAfter: 1 }));
        expectObservable(run('a|')).toBe('     ----(a|)');
        expectObservable(run('B|')).toBe('     --------#', undefined, 'B');
        expectObservable(run('c-'), '----------!').toBe('');
        // The slot of the one that was unsubscribed is free when it has been terminated.
        expectObservable(run('d|')).toBe('     -------------(d|)');
        flush();
        expect(fake.begun.length).toBe(4);
        expect(fake.attached).toBe(0);
      });
    });

    it('keeps a slot for a cancelled task until it has ended', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(1, { a: 9, b: 1 });
        const run = (marble: string): Observable<string> =>
          cold(marble).pipe(operator((worker, value) => worker.run(value), fake.pool));
        expectObservable(run('a|'), '---!').toBe('');
        expectObservable(run('b|')).toBe('----------(b|)');
        flush();
        expect(fake.mostBusy).toBe(1);
      });
    });

    describe('whose pool is closed', () => {
      it('delivers the results of received values, then errors, if its source has not completed', () => {
        marbles(({ cold, crew, scheduler, expectObservable, expectSubscriptions, flush }) => {
          const source = cold('  a-b-c-d|');
          const expected = '     ----a---(b#)';
          const fake = crew(1, { a: 4, b: 4 });
          let ended = false;
          scheduler.schedule(() => void fake.pool.close().then(() => (ended = true)), 3);
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), fake.pool))).toBe(
            expected,
            undefined,
            closed,
          );
          expectSubscriptions(source.subscriptions).toBe('^--!');
          flush();
          expect(ended).toBeFalse();
          expect(fake.begun).toEqual([0, 1]);
          expect(fake.cancelled).toEqual([]);
          expect(fake.stats().workers).toBe(0);
        });
      });

      it('completes, if its source has completed', () => {
        marbles(({ cold, crew, scheduler, expectObservable, flush }) => {
          const fake = crew(1, { a: 4, b: 4, c: 4 });
          scheduler.schedule(() => void fake.pool.close({ drain: true }), 3);
          const result = cold('a-(bc|)').pipe(operator((worker, value) => worker.run(value), fake.pool));
          expectObservable(result).toBe('----a---b---(c|)');
          flush();
          expect(fake.stats().workers).toBe(0);
        });
      });

      it('errors at once, if nothing is out', () => {
        marbles(({ cold, crew, scheduler, expectObservable, expectSubscriptions }) => {
          const source = cold('a-----b|');
          const { pool } = crew(1);
          scheduler.schedule(() => void pool.close(), 3);
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), pool))).toBe(
            '-a-#',
            undefined,
            closed,
          );
          expectSubscriptions(source.subscriptions).toBe('^--!');
        });
      });

      it('errors at once with drain: false', () => {
        for (const marble of ['a-b-c-d|', 'a-b|'])
          marbles(({ cold, crew, scheduler, expectObservable, flush }) => {
            const fake = crew(1, { a: 2, b: 4 });
            scheduler.schedule(() => void fake.pool.close({ drain: false }), 5);
            const result = cold(marble).pipe(operator((worker, value) => worker.run(value), fake.pool));
            expectObservable(result).toBe('--a--#', undefined, closed);
            flush();
            expect(fake.cancelled).toEqual([1]);
            expect(fake.stats().workers).toBe(0);
          });
      });

      it('errors at once when a draining close is cut short', () => {
        marbles(({ cold, crew, scheduler, expectObservable }) => {
          const { pool } = crew(1, { a: 2, b: 4 });
          scheduler.schedule(() => void pool.close({ drain: true }), 3);
          scheduler.schedule(() => void pool.close({ drain: true }), 4);
          scheduler.schedule(() => void pool.close({ drain: false }), 5);
          const result = cold('(abc|)').pipe(operator((worker, value) => worker.run(value), pool));
          expectObservable(result).toBe('--a--#', undefined, closed);
        });
      });

      it('errors whatever onError says', () => {
        for (const onError of ['settle', 'skip'] as const)
          for (const drain of [true, false])
            marbles(({ cold, crew, scheduler, expectObservable }) => {
              const { pool } = crew(1, { B: 9 });
              scheduler.schedule(() => void pool.close({ drain }), 3);
              const result = cold('-').pipe(operator((worker, value: string) => worker.run(value), pool, { onError }));
              expectObservable(result).toBe('---#', undefined, closed);
            });
      });

      it('gives the failure of a task that it waited for, rather than that of the pool', () => {
        marbles(({ cold, crew, scheduler, expectObservable }) => {
          const { pool } = crew(1, { a: 4, B: 4, c: 4 });
          scheduler.schedule(() => void pool.close(), 3);
          const result = cold('aBc---').pipe(operator((worker, value) => worker.run(value), pool));
          expectObservable(result).toBe('----a---#', undefined, 'B');
        });
      });

      it('errors when it is subscribed to after that', () => {
        marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
          const { pool } = crew(1);
          const source = cold('a|');
          void pool.close();
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), pool))).toBe(
            '#',
            undefined,
            closed,
          );
          expectSubscriptions(source.subscriptions).toBe([]);
        });
      });

      it('ends that pool when its last task has', async () => {
        const fake = new FakePool(letters, { size: 2, course: () => ({ takes: 1 }) });
        const order: string[] = [];
        from('abcd')
          .pipe(operator((worker, value) => worker.run(value), fake.pool))
          .subscribe({ next: (value) => order.push(value), complete: () => order.push('complete') });
        await fake.pool.close();
        expect(order).toEqual(['a', 'b', 'c', 'd', 'complete']);
        await fake.pool.close();
        await fake.pool.close({ drain: false });
      });
    });
  });
