/** A subscriber, or `fn`, that acts on the stream or its pool from inside. */
import { Observable, Subject, Subscription, asapScheduler, map, observeOn, of, range, repeat, retry } from 'rxjs';
import { PoolClosedError, parallelMap, parallelMapUnordered } from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { marbles } from '../support/marbles.ts';

const api = { run: (n: number) => n };

for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
  for (const takes of [0, 1])
    describe(`${name}, whose tasks end ${takes === 0 ? 'at once' : 'after a frame'},`, () => {
      /** Runs `test` in virtual time with a pool whose slots take three tasks at once, and report three outcomes at once. */
      const onPool = (size: number, test: (fake: FakePool<typeof api>, flush: () => void) => void): void =>
        marbles(({ scheduler, flush }) => {
          const three = (): number => 3;
          test(new FakePool(api, { size, scheduler, room: three, group: three, course: () => ({ takes }) }), flush);
        });

      it('emits nothing more when it is unsubscribed inside next', () => {
        onPool(2, (fake, flush) => {
          const source = new Subject<number>();
          const subscription = new Subscription();
          const values: unknown[] = [];
          subscription.add(
            source.pipe(operator((worker, n) => worker.run(n), fake.pool)).subscribe({
              next(n) {
                values.push(n);
                if (values.length === 2) subscription.unsubscribe();
              },
              error: (error: unknown) => values.push(error),
              complete: () => values.push('complete'),
            }),
          );
          for (let n = 0; n < 9; n++) source.next(n);
          flush();
          expect(values).toEqual([0, 1]);
          expect(source.observed).toBeFalse();
          expect(fake.attached).toBe(0);
          expect(fake.busy).toBe(0);
        });
      });

      it('errors once when its pool is closed inside next', () => {
        for (const drain of [true, false])
          onPool(2, (fake, flush) => {
            const source = new Subject<number>();
            const values: unknown[] = [];
            source.pipe(operator((worker, n) => worker.run(n), fake.pool)).subscribe({
              next(n) {
                values.push(n);
                if (n === 0) void fake.pool.close({ drain });
              },
              error: (error: Error) => values.push(error.name),
              complete: () => values.push('complete'),
            });
            for (let n = 0; n < 9; n++) source.next(n);
            flush();
            expect(values.at(-1)).toBe('PoolClosedError');
            const results = values.slice(0, -1);
            expect(results).toEqual(Array.from({ length: results.length }, (_, n) => n));
            // What had been taken by then: with tasks that end at once, the one value.
            expect(results.length).toBe(takes === 0 || !drain ? 1 : 9);
            expect(source.observed).toBeFalse();
            expect(fake.attached).toBe(0);
          });
      });

      it('errors once when its source errors inside next', () => {
        onPool(2, (fake, flush) => {
          const source = new Subject<number>();
          const values: unknown[] = [];
          source.pipe(operator((worker, n) => worker.run(n), fake.pool)).subscribe({
            next(n) {
              values.push(n);
              source.error('source');
            },
            error: (error: unknown) => values.push(error),
          });
          for (let n = 0; n < 9; n++) source.next(n);
          flush();
          expect(values).toEqual([0, 'source']);
          expect(fake.attached).toBe(0);
        });
      });

      it('completes once when its source completes inside next', () => {
        onPool(2, (fake, flush) => {
          const source = new Subject<number>();
          const values: unknown[] = [];
          source.pipe(operator((worker, n) => worker.run(n), fake.pool)).subscribe({
            next(n) {
              values.push(n);
              source.complete();
            },
            complete: () => values.push('complete'),
          });
          source.next(0);
          if (takes === 1) source.next(1);
          flush();
          expect(values).toEqual(takes === 1 ? [0, 1, 'complete'] : [0, 'complete']);
          expect(fake.attached).toBe(0);
        });
      });

      it('errors once when its signal is aborted inside next', () => {
        onPool(2, (fake, flush) => {
          const controller = new AbortController();
          const values: unknown[] = [];
          range(0, 9)
            .pipe(operator((worker, n) => worker.run(n), fake.pool, { signal: controller.signal }))
            .subscribe({
              next(n) {
                values.push(n);
                controller.abort('aborted');
              },
              error: (error: unknown) => values.push(error),
            });
          flush();
          expect(values).toEqual([0, 'aborted']);
          expect(fake.attached).toBe(0);
        });
      });

      it('goes on when another stream is started on its pool inside next', () => {
        for (const size of [1, 2])
          onPool(size, (fake, flush) => {
            const outer: number[] = [];
            const inner: number[] = [];
            range(0, 20)
              .pipe(operator((worker, n) => worker.run(n), fake.pool))
              .subscribe((n) => {
                outer.push(n);
                range(100 * n, 3)
                  .pipe(operator((worker, each) => worker.run(each), fake.pool))
                  .subscribe((each) => inner.push(each));
              });
            flush();
            expect(outer).toEqual(Array.from({ length: 20 }, (_, n) => n));
            expect(inner.toSorted((a, b) => a - b)).toEqual(outer.flatMap((n) => [100 * n, 100 * n + 1, 100 * n + 2]));
            expect(fake.attached).toBe(0);
          });
      });

      it('can be subscribed to again inside complete, and inside error', () => {
        onPool(2, (fake, flush) => {
          const repeated: number[] = [];
          of(1, 2)
            .pipe(
              operator((worker, n) => worker.run(n), fake.pool),
              repeat(3),
            )
            .subscribe((n) => repeated.push(n));
          flush();
          expect(repeated).toEqual([1, 2, 1, 2, 1, 2]);
        });
        onPool(2, (fake, flush) => {
          const retried: unknown[] = [];
          of(1, 2, 3)
            .pipe(
              operator((worker, n) => {
                if (n === 3) throw new Error('third');
                return worker.run(n);
              }, fake.pool),
              retry(2),
              map(String),
            )
            .subscribe({ next: (n) => retried.push(n), error: (error: Error) => retried.push(error.message) });
          flush();
          // When fn fails, it fails at once: what was emitted by then depends on the order.
          expect(retried.at(-1)).toBe('third');
          if (operator === parallelMap) expect(retried.slice(0, -1)).toEqual(['1', '2', '1', '2', '1', '2']);
          expect(fake.attached).toBe(0);
        });
      });

      it('emits nothing when fn unsubscribes it', () => {
        onPool(1, (fake, flush) => {
          const subscription = new Subscription();
          const values: unknown[] = [];
          const source = new Observable<number>((subscriber) => {
            for (let n = 0; n < 9 && !subscriber.closed; n++) subscriber.next(n);
          });
          subscription.add(
            source
              .pipe(
                observeOn(asapScheduler),
                operator((worker, n) => {
                  if (n === 4) subscription.unsubscribe();
                  return worker.run(n);
                }, fake.pool),
              )
              .subscribe({ next: (n) => values.push(n), error: (error: unknown) => values.push(error) }),
          );
          flush();
          expect(values).toEqual([0, 1, 2, 3]);
          expect(fake.begun).not.toContain(4);
          expect(fake.attached).toBe(0);
          expect(fake.busy).toBe(0);
        });
      });

      it('errors once when fn closes its pool', () => {
        for (const drain of [true, false])
          onPool(1, (fake, flush) => {
            const source = new Subject<number>();
            const values: unknown[] = [];
            source
              .pipe(
                operator((worker, n) => {
                  if (n === 1) void fake.pool.close({ drain });
                  return worker.run(n);
                }, fake.pool),
              )
              .subscribe({ next: (n) => values.push(n), error: (error: unknown) => values.push(error) });
            source.next(0);
            source.next(1);
            source.next(2);
            flush();
            expect(values.at(-1)).toBeInstanceOf(PoolClosedError);
            const results = values.slice(0, -1);
            expect(results).toEqual(Array.from({ length: drain ? (takes === 0 ? 2 : 3) : 1 }, (_, n) => n));
            expect(fake.attached).toBe(0);
          });
      });

      it('delivers what fn is asked about when the source completes inside it, or the pool is closed', () => {
        for (const end of ['complete', 'close'] as const)
          onPool(1, (fake, flush) => {
            const source = new Subject<number>();
            const values: unknown[] = [];
            source
              .pipe(
                operator((worker, n) => {
                  if (n === 1 && end === 'complete') source.complete();
                  else if (n === 1) void fake.pool.close();
                  return worker.run(n);
                }, fake.pool),
              )
              .subscribe({
                next: (n) => values.push(n),
                error: (error: Error) => values.push(error.name),
                complete: () => values.push('complete'),
              });
            // Where tasks take time, another stream's end brings the turn: not this one's own `proceed`.
            of(0)
              .pipe(operator((worker, n) => worker.run(n), fake.pool))
              .subscribe();
            source.next(1);
            flush();
            expect(values).toEqual([1, end === 'complete' ? 'complete' : 'PoolClosedError']);
          });
      });

      it('takes what fn emits into its own source', () => {
        onPool(2, (fake, flush) => {
          const source = new Subject<number>();
          const values: number[] = [];
          source
            .pipe(
              operator((worker, n) => {
                if (n < 20) source.next(n + 1);
                return worker.run(n);
              }, fake.pool),
            )
            .subscribe((n) => values.push(n));
          source.next(0);
          flush();
          expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, n) => n));
        });
      });
    });
