/** What parallelMap and parallelMapUnordered have in common. */
import { EMPTY, NEVER, Observable, Subject, map, of, range, take } from 'rxjs';
import { OverflowError, parallelMap, parallelMapUnordered, taskOf } from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { marbles } from '../support/marbles.ts';

/** A pool whose tasks end in the very call that takes them. */
function atOnce<Api extends object>(api: Api, size = 2): FakePool<Api> {
  return new FakePool(api, { size, course: () => ({ takes: 0 }) });
}

/** What a source notifies at once. */
function notified<T>(source: Observable<T>): readonly unknown[] {
  const all: unknown[] = [];
  source.subscribe({
    next: (value) => all.push(['next', value]),
    error: (error: unknown) => all.push(['error', error]),
    complete: () => all.push(['complete']),
  });
  return all;
}

const FALSY = [undefined, null, 0, -0, '', false, Number.NaN, 0n];

for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
  describe(`${name} as an operator`, () => {
    describe('of a source', () => {
      it('that emits nothing, completes', () => {
        marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
          const source = cold('---|');
          const { pool } = crew(2);
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), pool))).toBe('---|');
          expectSubscriptions(source.subscriptions).toBe('^--!');
        });
      });

      it('that is empty, completes at once', () => {
        const fake = atOnce({ run: (value: unknown) => value });
        expect(notified(EMPTY.pipe(operator((worker, value) => worker.run(value), fake.pool)))).toEqual([['complete']]);
        expect(fake.attached).toBe(0);
      });

      it('that never emits, never ends', () => {
        marbles(({ crew, expectObservable }) => {
          const { pool } = crew(2);
          expectObservable(NEVER.pipe(operator((worker, value: string) => worker.run(value), pool))).toBe('');
        });
      });

      it('that errors, errors at once and lets go of what is out', () => {
        marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
          const source = cold('  -a-b-c--#');
          const expected = '     --a-----#';
          const fake = crew(2, { b: 20, c: 20 });
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), fake.pool))).toBe(expected);
          expectSubscriptions(source.subscriptions).toBe('^-------!');
          flush();
          expect(fake.cancelled).toEqual([1, 2]);
          expect(fake.attached).toBe(0);
        });
      });

      it('that errors with a falsy value, errors with it', () => {
        for (const falsy of FALSY) {
          const source = new Observable<number>((subscriber) => subscriber.error(falsy));
          const { pool } = atOnce({ run: (value: unknown) => value });
          expect(notified(source.pipe(operator((worker, value) => worker.run(value), pool)))).toEqual([
            ['error', falsy],
          ]);
        }
      });

      it('whose subscribe throws, errors with that', () => {
        const error = new Error('no source');
        const source = new Observable<number>(() => {
          throw error;
        });
        const fake = atOnce({ run: (value: unknown) => value });
        expect(notified(source.pipe(operator((worker, value) => worker.run(value), fake.pool)))).toEqual([
          ['error', error],
        ]);
        expect(fake.attached).toBe(0);
      });

      it('that completes while tasks are out, delivers them first', () => {
        marbles(({ cold, crew, expectObservable, expectSubscriptions }) => {
          const source = cold('  a-b-c|');
          const expected = '     --a---b---(c|)';
          const { pool } = crew(1, { a: 2, b: 4, c: 4 });
          expectObservable(source.pipe(operator((worker, value) => worker.run(value), pool))).toBe(expected);
          expectSubscriptions(source.subscriptions).toBe('^----!');
        });
      });

      it('that emits from inside next, gets every result', () => {
        for (const takes of [0, 1])
          marbles(({ scheduler, flush }) => {
            const fake = new FakePool({ run: (n: number) => n }, { size: 2, scheduler, course: () => ({ takes }) });
            const source = new Subject<number>();
            const results: number[] = [];
            let complete = false;
            source.pipe(operator((worker, n) => worker.run(n), fake.pool)).subscribe({
              next: (n) => {
                results.push(n);
                if (n < 40) source.next(2 * n);
                if (n < 40) source.next(2 * n + 1);
                if (results.length === 79) source.complete();
              },
              complete: () => (complete = true),
            });
            source.next(1);
            flush();
            expect(results.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 79 }, (_, n) => n + 1));
            expect(results)
              .withContext('one task at a time is in order')
              .toEqual(results.toSorted((a, b) => a - b));
            expect(complete).toBeTrue();
          });
      });

      it('that is synchronous and infinite, can be stopped from inside', () => {
        let emitted = 0;
        const source = new Observable<number>((subscriber) => {
          while (!subscriber.closed) subscriber.next(emitted++);
        });
        const fake = atOnce({ run: (n: number) => n });
        const result = source.pipe(
          operator((worker, n) => worker.run(n), fake.pool),
          take(3),
        );
        expect(notified(result)).toEqual([['next', 0], ['next', 1], ['next', 2], ['complete']]);
        expect(emitted).toBe(3);
        expect(fake.attached).toBe(0);
      });
    });

    it('emits 20 000 synchronous results without growing the stack', () => {
      const count = 20_000;
      const depth = (): number => new Error('here').stack!.split('\n').length;
      const limit = Error.stackTraceLimit;
      const sum = (source: Observable<number>): number => {
        let total = 0;
        let deepest = 0;
        Error.stackTraceLimit = 200;
        try {
          source.pipe(operator((worker, n) => worker.run(n), atOnce({ run: (n: number) => n }).pool)).subscribe((n) => {
            if (n % 5000 === 4999) deepest = Math.max(deepest, depth());
            total += n;
          });
        } finally {
          Error.stackTraceLimit = limit;
        }
        expect(deepest).withContext('frames on the stack').toBeLessThan(100);
        return total;
      };
      const expected = (count * (count - 1)) / 2;
      expect(sum(range(0, count))).toBe(expected);

      // All of it is waiting before the first is taken.
      const held = new Subject<number>();
      const { pool } = atOnce({ run: (n: number) => n });
      let total = 0;
      held.pipe(operator((worker, n) => worker.run(n), pool)).subscribe((n) => {
        if (total === 0) for (let next = 2; next < count; next++) held.next(next);
        total += n;
      });
      held.next(1);
      expect(total).toBe(expected);
    });

    it('counts the values from 0, as they arrive', () => {
      marbles(({ cold, crew, flush }) => {
        const indices: number[] = [];
        const { pool } = crew(2, { a: 5 });
        cold('(ab)-(cd)|')
          .pipe(
            operator((worker, value, index) => {
              indices.push(index);
              return worker.run(value);
            }, pool),
          )
          .subscribe();
        flush();
        expect(indices).toEqual([0, 1, 2, 3]);
      });
    });

    it('is cold: each subscription has its own source, counter and queue', () => {
      marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
        const source = cold('  a-b|');
        const indices: number[] = [];
        const fake = crew(4, { a: 3, b: 3 });
        const result = source.pipe(
          operator((worker, value, index) => {
            indices.push(index);
            return worker.run(value);
          }, fake.pool),
        );
        expect(fake.attached).withContext('before anybody subscribes').toBe(0);
        expectObservable(result, '^').toBe('     ---a-(b|)');
        expectObservable(result, '-^').toBe('    ----a-(b|)');
        expectSubscriptions(source.subscriptions).toBe(['^--!', '-^--!']);
        flush();
        expect(indices).toEqual([0, 0, 1, 1]);
      });
    });

    it('can be unsubscribed in every frame: nothing is emitted after, and nothing remains', () => {
      const whole = '--a--b--(c|)';
      for (let frame = 0; frame < 9; frame++)
        marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
          const source = cold('a--b--c|');
          const fake = crew(2, { a: 2, b: 2, c: 2 });
          const result = source.pipe(operator((worker, value) => worker.run(value), fake.pool));
          // Within a frame, unsubscribing comes first.
          expectObservable(result, `${'-'.repeat(frame)}!`).toBe(whole.slice(0, frame));
          expectSubscriptions(source.subscriptions).toBe(
            frame === 0 ? '(^!)' : `^${'-'.repeat(Math.min(frame, 7) - 1)}!`,
          );
          flush();
          expect(fake.attached).withContext(`frame ${frame}: streams`).toBe(0);
          expect(fake.busy).withContext(`frame ${frame}: slots`).toBe(0);
        });
    });

    it('drops what waits and stops what runs when it is unsubscribed', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(2, { a: 20, b: 20 });
        const result = cold('(abcdef|)').pipe(operator((worker, value) => worker.run(value), fake.pool));
        expectObservable(result, '---!').toBe('----');
        flush();
        expect(fake.begun).toEqual([0, 1]);
        expect(fake.cancelled).toEqual([0, 1]);
      });
    });

    it('uses at most as many workers as concurrency says', () => {
      marbles(({ cold, crew, expectObservable, flush }) => {
        const fake = crew(4, { a: 3, b: 5, c: 5, d: 5 });
        const result = cold('(abcd|)').pipe(
          operator((worker, value) => worker.run(value), fake.pool, { concurrency: 2 }),
        );
        expectObservable(result).toBe('---a-b--c-(d|)');
        flush();
        expect(fake.mostBusy).toBe(2);
      });
    });

    describe('where fn', () => {
      const FAILS: Readonly<Record<string, readonly [fn: (worker: any) => unknown, message: RegExp]>> = {
        throws: [
          () => {
            throw new RangeError('fn failed');
          },
          /^fn failed$/,
        ],
        'returns no call': [() => 42, /fn must return a call of the worker, as in .*; it returned 42$/],
        'returns nothing': [() => undefined, /fn must return a call of the worker, .*; it returned undefined$/],
        'returns a promise': [
          () => Promise.resolve(1),
          /fn must return a call of the worker, .*a promise \(fn must not be async\)$/,
        ],
        'describes two calls': [
          (worker) => (worker.log(1), worker.run(1)),
          /^fn must return the one call that it describes; it described log\(\) as well, and returned run\(\)\. /,
        ],
        'takes the call for a promise': [
          (worker) => worker.run(1).then(String),
          /^fn must return the call as it is, which is no promise: .*\.then is not a function$/,
        ],
        'gives a call as an argument': [(worker) => worker.run(worker.run(1)), /it described run\(\) as well/],
        'gives a call within an argument': [
          (worker) => worker.run({ deep: [worker.run(1)] }),
          /nor can it be an argument of another/,
        ],
      };
      for (const [what, [fn, message]] of Object.entries(FAILS)) {
        it(`${what}, that value fails, by its index and input`, () => {
          const fake = atOnce({ run: (n: number) => n });
          const result = of(1, 2, 3).pipe(
            operator(((worker: any, n: number) => (n === 2 ? fn(worker) : worker.run(n))) as never, fake.pool),
          );
          const [first, second, ...rest] = notified(result) as [string, any][];
          expect(first).toEqual(['next', 1]);
          expect(second![0]).toBe('error');
          expect(second![1].message).toMatch(message);
          expect(taskOf(second![1])).toEqual({ index: 1, input: 2 });
          expect(rest).toEqual([]);
          expect(fake.attached).toBe(0);
          expect(fake.begun).toEqual([0]);
        });

        for (const onError of ['skip', 'settle'] as const)
          it(`${what}, ${what === 'throws' ? 'other values go on' : 'the stream ends'} with onError: ${onError}`, () => {
            const { pool } = atOnce({ run: (n: number) => n });
            const result = of(1, 2, 3).pipe(
              operator(((worker: any, n: number) => (n === 2 ? fn(worker) : worker.run(n))) as never, pool, {
                onError,
              }),
            );
            const kinds = (notified(result) as [string, unknown][]).map(([kind, value]) =>
              kind === 'next' && typeof value === 'object' ? (value as { status: string }).status : kind,
            );
            const first = onError === 'skip' ? 'next' : 'fulfilled';
            if (what !== 'throws') expect(kinds).toEqual([first, 'error']);
            else if (onError === 'skip') expect(kinds).toEqual(['next', 'next', 'complete']);
            else expect(kinds).toEqual(['fulfilled', 'rejected', 'fulfilled', 'complete']);
          });
      }
    });

    it('gives no call twice', () => {
      const { pool } = atOnce({ run: (n: number) => n });
      let kept: unknown;
      const result = of(1, 2).pipe(operator(((worker: any) => (kept ??= worker.run(1))) as never, pool));
      const [first, second] = notified(result) as [unknown, [string, Error]];
      expect(first).toEqual(['next', 1]);
      expect(second[1].message).toBe(
        'fn must describe a call anew for each value; it returned one of run() that it had before',
      );
    });

    it('asks fn within fn, each for its own call', () => {
      const { pool } = atOnce({ run: (n: number) => n });
      const inner: unknown[] = [];
      const operated = operator((worker: any, n: number) => {
        const call = worker.run(n);
        if (n < 3)
          of(n + 2)
            .pipe(operated as never)
            .subscribe((each) => inner.push(each));
        return call;
      }, pool);
      expect(notified(of(1, 2).pipe(operated as never))).toEqual([['next', 1], ['next', 2], ['complete']]);
      expect(inner).toEqual([3, 4]);
    });

    describe('falsy values', () => {
      it('are inputs and results', () => {
        const { pool } = atOnce({ run: (value: unknown) => value });
        const result = of(...FALSY).pipe(operator((worker, value) => worker.run(value), pool));
        expect(notified(result)).toEqual([...FALSY.map((value) => ['next', value]), ['complete']]);
      });

      it('are thrown', () => {
        for (const falsy of FALSY) {
          const api = {
            run(): never {
              throw falsy;
            },
          };
          const thrown = of(1).pipe(operator((worker) => worker.run(), atOnce(api).pool));
          expect(notified(thrown)).toEqual([['error', falsy]]);
          const immediate = of(1).pipe(
            operator((worker) => worker.run(), atOnce(api).pool, { errorTiming: 'immediate' }),
          );
          expect(notified(immediate)).toEqual([['error', falsy]]);
          const settled = of(1).pipe(operator((worker) => worker.run(), atOnce(api).pool, { onError: 'settle' }));
          expect(notified(settled)).toEqual([
            ['next', { status: 'rejected', index: 0, input: 1, reason: falsy }],
            ['complete'],
          ]);
        }
      });
    });

    describe('maxPending', () => {
      const waiting = (
        overflow: 'error' | 'drop-oldest' | 'drop-newest' | undefined,
        result: string,
        error?: unknown,
      ): void =>
        marbles(({ cold, crew, expectObservable, expectSubscriptions, flush }) => {
          // One runs, two may wait: d and e are too many.
          const source = cold('abcde---f|');
          const fake = crew(1, { a: 10, b: 2, c: 2, d: 2, e: 2, f: 2 });
          expectObservable(
            source.pipe(operator((worker, value) => worker.run(value), fake.pool, { maxPending: 2, overflow })),
          ).toBe(result, undefined, error);
          expectSubscriptions(source.subscriptions).toBe(error === undefined ? '^--------!' : '^--!');
          flush();
          expect(fake.attached).toBe(0);
        });

      it('is an error past it', () => {
        for (const overflow of ['error', undefined] as const)
          waiting(
            overflow,
            '---#',
            new OverflowError(
              "More than maxPending (2) values are waiting. Slow the source down, raise maxPending, or set overflow to 'drop-oldest' or 'drop-newest'",
            ),
          );
      });

      it('drops the oldest with overflow: drop-oldest', () => {
        waiting('drop-oldest', '----------a-e-(f|)');
      });

      it('drops the newest with overflow: drop-newest', () => {
        waiting('drop-newest', '----------a-b-(c|)');
      });

      it('numbers the remaining values as they arrived, and counts the dropped ones', () => {
        const course = {
          'drop-oldest': [[0, 3, 4], 2],
          'drop-newest': [[0, 1, 2], 2],
        } as const;
        for (const overflow of ['drop-oldest', 'drop-newest'] as const)
          marbles(({ cold, crew, expectObservable, flush }) => {
            const fake = crew(1, { a: 10 });
            const asked: [string, number][] = [];
            const indices: number[] = [];
            const result = cold('abcde|').pipe(
              operator(
                (worker, value, index) => {
                  asked.push([value, index]);
                  return worker.run(value);
                },
                fake.pool,
                { maxPending: 2, overflow, onError: 'settle' },
              ),
              map(({ index, input }) => {
                indices.push(index);
                return input;
              }),
            );
            const [expected, dropped] = course[overflow];
            expectObservable(result).toBe(overflow === 'drop-oldest' ? '----------ad(e|)' : '----------ab(c|)');
            flush();
            expect(indices).toEqual([...expected]);
            expect(asked).toEqual(expected.map((index) => ['abcde'[index]!, index]));
            expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ dropped, completed: 3 }));
          });
      });

      it('lets everything through that a worker has room for at once', () => {
        for (const overflow of ['error', 'drop-oldest', 'drop-newest'] as const) {
          const { pool } = atOnce({ run: (n: number) => n });
          const result = range(0, 1000).pipe(operator((worker, n) => worker.run(n), pool, { maxPending: 1, overflow }));
          expect(notified(result).length).toBe(1001);
          expect(pool.stats().dropped).toBe(0);
        }
      });

      it('does not count what is out', () => {
        marbles(({ cold, crew, expectObservable }) => {
          const { pool } = crew(2, { a: 6, b: 7, c: 4 });
          const result = cold('(abc|)').pipe(operator((worker, value) => worker.run(value), pool, { maxPending: 1 }));
          expectObservable(result).toBe('------ab--(c|)');
        });
      });
    });

    describe('signal', () => {
      const REASONS = [new Error('no'), ...FALSY.filter((each) => each !== undefined)];

      it('aborted before: errors at once with its reason and does not subscribe to the source', () => {
        for (const reason of REASONS) {
          const fake = atOnce({ run: (n: number) => n });
          let callSite = false;
          const source = new Observable<number>(() => void (callSite = true));
          const result = source.pipe(
            operator((worker, n) => worker.run(n), fake.pool, { signal: AbortSignal.abort(reason) }),
          );
          expect(notified(result)).toEqual([['error', reason]]);
          expect(callSite).toBeFalse();
          expect(fake.attached).toBe(0);
        }
      });

      it('aborted during: errors at once with its reason and lets go of everything', () => {
        marbles(({ cold, crew, expectObservable, expectSubscriptions, flush, scheduler }) => {
          const source = cold('  a-b-c-d-e|');
          const expected = '     -a---#';
          const fake = crew(2, { b: 9, c: 9 });
          const controller = new AbortController();
          scheduler.schedule(() => controller.abort('reason'), 5);
          const result = source.pipe(
            operator((worker, value) => worker.run(value), fake.pool, { signal: controller.signal }),
          );
          expectObservable(result).toBe(expected, undefined, 'reason');
          expectSubscriptions(source.subscriptions).toBe('^----!');
          flush();
          expect(fake.cancelled).toEqual([1, 2]);
          expect(fake.attached).toBe(0);
        });
        for (const reason of REASONS) {
          const controller = new AbortController();
          const fake = new FakePool({ run: (n: number) => n }, { size: 2, course: () => ({ takes: Infinity }) });
          const { signal } = controller;
          const all = notified(
            of(1, 2, 3).pipe(operator((worker, n) => worker.run(n), fake.pool, { signal, terminateAfter: 0 })),
          );
          expect(all).toEqual([]);
          controller.abort(reason);
          expect(all).toEqual([['error', reason]]);
        }
      });

      it('is no longer listened to after the end', () => {
        const ends: Readonly<Record<string, (source: Observable<number>) => Observable<number>>> = {
          complete: (source) => source,
          error: (source) => source.pipe(map(() => -1)),
          unsubscribe: (source) => source.pipe(take(1)),
        };
        for (const [end, shape] of Object.entries(ends)) {
          const controller = new AbortController();
          const { signal } = controller;
          const add = spyOn(signal, 'addEventListener').and.callThrough();
          const remove = spyOn(signal, 'removeEventListener').and.callThrough();
          const api = {
            run(n: number): number {
              if (n < 0) throw new Error('negative');
              return n;
            },
          };
          notified(
            shape(of(1, 2)).pipe(
              operator((worker, n) => worker.run(n), atOnce(api).pool, { signal }),
              take(end === 'unsubscribe' ? 1 : 9),
            ),
          );
          expect(add).withContext(end).toHaveBeenCalledTimes(1);
          expect(remove.calls.allArgs()).withContext(end).toEqual(add.calls.allArgs());
        }
      });
    });
  });
