import { EMPTY, type SchedulerLike, from, lastValueFrom, of, range, toArray } from 'rxjs';
import {
  CloneError,
  type ParallelOptions,
  TooManyFailuresError,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  taskOf,
} from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { marbles } from '../support/marbles.ts';
import { type VirtualTimers, virtualTimers } from '../support/virtualTimers.ts';

/** Fails, by the letter and the number of the try, as often as the table says. */
function flaky(fails: Readonly<Record<string, number>>) {
  const tries: Record<string, number> = {};
  return {
    tries,
    run(letter: string): string {
      const count = (tries[letter] = (tries[letter] ?? 0) + 1);
      if (count <= (fails[letter] ?? 0)) throw new Error(`${letter}${count}`);
      return letter;
    },
  };
}
type Flaky = ReturnType<typeof flaky>;

/** What a promise rejects with. */
const reason = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => fail('It did not reject'),
    (error: unknown) => error,
  );

describe('retry', () => {
  let timers: VirtualTimers | undefined;
  const inTimeOf = (scheduler: SchedulerLike): void => void (timers = virtualTimers(scheduler));
  afterEach(() => {
    timers?.giveBack();
    timers = undefined;
  });

  const fakeOf = (api: Flaky, size: number, scheduler: SchedulerLike): FakePool<Flaky> =>
    new FakePool(api, { size, scheduler });

  it('runs a task again after its delay, in its place; meanwhile its worker has others', () => {
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 2 }), 1, scheduler);
      const options = { retry: { times: 2, delay: 4 } };
      const result = cold('(abc|)').pipe(parallelMap((worker, value) => worker.run(value), fake.pool, options));
      // a: 0 to 1, 5 to 6, 10 to 11.
      expectObservable(result).toBe('-----------(abc|)');
      flush();
      expect(fake.begun).toEqual([0, 1, 2, 0, 0]);
      expect(timers!.pending.size).toBe(0);
    });
  });

  it('emits what arrives meanwhile, where no order is kept', () => {
    marbles(({ cold, scheduler, expectObservable }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 1 }), 2, scheduler);
      const options = { retry: { times: 1, delay: 4 } };
      const result = cold('(abc|)').pipe(
        parallelMapUnordered((worker, value) => worker.run(value), fake.pool, options),
      );
      expectObservable(result).toBe('-bc---(a|)');
    });
  });

  it('counts what waits against the window', () => {
    marbles(({ cold, scheduler, flush }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 1 }), 2, scheduler);
      const options = { window: 2, retry: { times: 1, delay: 4 } };
      cold('(abc|)')
        .pipe(parallelMap((worker, value) => worker.run(value), fake.pool, options))
        .subscribe();
      flush();
      expect(fake.begun).toEqual([0, 1, 0, 2]);
    });
  });

  it('asks delay with the number of the try, from 1, and its error', () => {
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 3 }), 1, scheduler);
      const asked: unknown[] = [];
      const delay = (attempt: number, error: unknown): number => {
        asked.push(attempt, (error as Error).message);
        return 2 ** attempt;
      };
      const result = cold('a|').pipe(
        parallelMap((worker, value) => worker.run(value), fake.pool, { retry: { times: 3, delay } }),
      );
      expectObservable(result).toBe('18ms (a|)');
      flush();
      expect(asked).toEqual([1, 'a1', 2, 'a2', 3, 'a3']);
    });
  });

  it('fails with the last error when the tries are used up, or when() says no', () => {
    marbles(({ cold, scheduler, expectObservable }) => {
      for (const retry of [1, { times: 9, when: (error: unknown) => (error as Error).message !== 'a2' }]) {
        const fake = fakeOf(flaky({ a: 9 }), 1, scheduler);
        const result = cold('a|').pipe(parallelMap((worker, value) => worker.run(value), fake.pool, { retry }));
        expectObservable(result).toBe('--#', undefined, new Error('a2'));
      }
    });
  });

  it('needs no timer without a delay', () => {
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 3 }), 1, scheduler);
      const result = cold('a|').pipe(parallelMap((worker, value) => worker.run(value), fake.pool, { retry: 3 }));
      expectObservable(result).toBe('----(a|)');
      flush();
      expect(timers!.begun).toBe(0);
    });
  });

  for (const [name, options, until, errors] of [
    ['unsubscribed', {}, '---!', false],
    ['failed for another task', { errorTiming: 'immediate' }, '', true],
    ['failed for a task before', {}, '', true],
  ] as const)
    it(`leaves no timer when the stream is ${name}`, () => {
      marbles(({ cold, scheduler, expectObservable, flush }) => {
        inTimeOf(scheduler);
        const fake = fakeOf(flaky({ a: 9, b: 9 }), 2, scheduler);
        const late = name.includes('before');
        const retry = {
          times: 9,
          delay: 50,
          when: (error: unknown) => !errors || (error as Error).message.startsWith(late ? 'b' : 'a'),
        };
        const result = cold('(ab)').pipe(
          parallelMap((worker, value) => worker.run(value), fake.pool, { ...options, retry }),
        );
        if (errors) expectObservable(result).toBe('-#', undefined, new Error(late ? 'a1' : 'b1'));
        else expectObservable(result, until).toBe('-');
        scheduler.schedule(() => {
          expect(timers!.pending.size).toBe(0);
          expect(fake.attached).toBe(0);
        }, 10);
        flush();
      });
    });

  it('leaves no timer of a task after the one that fails, while results before that are waited for', () => {
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      inTimeOf(scheduler);
      const course = ({ index }: { index: number }): { takes: number } => ({ takes: [9, 2, 1][index]! });
      const fake = new FakePool(flaky({ b: 9, c: 9 }), { size: 3, scheduler, course });
      const retry = { times: 9, delay: 50, when: (error: unknown) => (error as Error).message.startsWith('c') };
      const result = cold('(abc)').pipe(parallelMap((worker, value) => worker.run(value), fake.pool, { retry }));
      expectObservable(result).toBe('---------(a#)', undefined, new Error('b1'));
      scheduler.schedule(() => expect(timers!.pending.size).toBe(0), 5);
      flush();
    });
  });

  it('goes on while its pool closes', () => {
    marbles(({ cold, scheduler, expectObservable }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 1 }), 1, scheduler);
      const options = { retry: { times: 1, delay: 5 } };
      const result = cold('a|').pipe(parallelMap((worker, value) => worker.run(value), fake.pool, options));
      scheduler.schedule(() => void fake.pool.close(), 3);
      expectObservable(result).toBe('-------(a|)');
    });
  });

  it('ends with a pool that is closed at once', () => {
    marbles(({ cold, scheduler, flush }) => {
      inTimeOf(scheduler);
      const fake = fakeOf(flaky({ a: 1 }), 1, scheduler);
      const options = { retry: { times: 1, delay: 50 } };
      const errors: string[] = [];
      cold('a|')
        .pipe(parallelMap((worker, value) => worker.run(value), fake.pool, options))
        .subscribe({ error: ({ name }: Error) => errors.push(name) });
      scheduler.schedule(() => {
        expect(timers!.pending.size).toBe(1);
        void fake.pool.close({ drain: false });
        expect(timers!.pending.size).toBe(0);
        expect(errors).toEqual(['PoolClosedError']);
      }, 3);
      flush();
    });
  });

  for (const what of ['when', 'delay'] as const)
    it(`sets no timer where ${what}() unsubscribes`, () => {
      marbles(({ cold, scheduler, flush }) => {
        inTimeOf(scheduler);
        const fake = fakeOf(flaky({ a: 9 }), 1, scheduler);
        const end = (): number => {
          subscription.unsubscribe();
          return 5;
        };
        const retry = what === 'when' ? { times: 9, delay: 5, when: () => end() > 0 } : { times: 9, delay: end };
        const subscription = cold('a')
          .pipe(parallelMap((worker, value) => worker.run(value), fake.pool, { retry }))
          .subscribe();
        scheduler.schedule(() => expect(timers!.pending.size).toBe(0), 3);
        flush();
        expect(fake.begun).toEqual([0]);
      });
    });

  const boom = new Error('boom');
  for (const onError of ['throw', 'settle', 'skip'] as const)
    for (const [name, retry, message] of [
      [
        'a delay() that throws',
        {
          times: 1,
          delay: () => {
            throw boom;
          },
        },
        /^boom$/,
      ],
      [
        'a when() that throws',
        {
          times: 1,
          when: () => {
            throw boom;
          },
        },
        /^boom$/,
      ],
      [
        'a when() that is async',
        { times: 1, when: (async () => false) as never },
        /^parallelMap: retry\.when must not return a Promise$/,
      ],
      [
        'a delay() that is async',
        { times: 1, delay: (async () => 1) as never },
        /^parallelMap: retry\.delay\(\) must be milliseconds from 0 .*, got a Promise$/,
      ],
      [
        'a delay() below 0',
        { times: 1, delay: () => -1 },
        /^parallelMap: retry\.delay\(\) must be milliseconds from 0 .*, got -1$/,
      ],
      [
        'a delay() of no number',
        { times: 1, delay: (() => '5') as never },
        /^parallelMap: retry\.delay\(\) must be milliseconds from 0 .*, got '5'$/,
      ],
    ] as const)
      it(`errors with what is wrong with ${name}, with onError: ${onError}`, async () => {
        const fake = new FakePool(flaky({ b: 1 }), { size: 1 });
        const result = of('a', 'b').pipe(
          parallelMap((worker, value) => worker.run(value), fake.pool, { retry, onError }),
        );
        const error = await reason(lastValueFrom(result));
        expect(error.message).toMatch(message);
        expect(taskOf(error)).toEqual({ index: 1, input: 'b' });
        expect(fake.attached).toBe(0);
      });

  it('gives a task that changes its argument the original again', async () => {
    const pool = localPool({
      fill(list: number[]): number {
        list.push(1);
        if (list.length === 1 && !seen.has(list)) {
          seen.add(list);
          if (seen.size < 3) throw new Error('again');
        }
        return list.length;
      },
    });
    const seen = new Set<unknown>();
    const result = of([]).pipe(parallelMap((worker, list: number[]) => worker.fill(list), pool, { retry: 2 }));
    expect(await lastValueFrom(result)).toBe(1);
    expect(seen.size).toBe(3);
  });

  it('does not run again what would fail again, nor what was moved', async () => {
    let runs = 0;
    const pool = localPool({
      clone(): unknown {
        runs++;
        return () => 1;
      },
    });
    const cloned = of(1).pipe(parallelMap((worker) => worker.clone(), pool, { retry: 5 }));
    expect(await reason(lastValueFrom(cloned))).toBeInstanceOf(CloneError);
    expect(runs).toBe(1);
    const missing = of(1).pipe(parallelMap((worker: any) => worker.missing(), pool as WorkerPool<any>, { retry: 5 }));
    expect((await reason(lastValueFrom(missing))).message).toContain('missing');
    expect(pool.stats().failed).toBe(2);
  });

  it('is refused by name', () => {
    const pool = localPool({ echo: (value: number) => value });
    for (const [retry, message] of [
      ['3', "retry must be an integer, at least 0 or Infinity, got '3'"],
      [-1, 'retry must be an integer, at least 0 or Infinity, got -1'],
      [null, 'retry must be an object, got null'],
      [[], 'retry.times must be an integer, at least 0 or Infinity, got undefined'],
      [{}, 'retry.times must be an integer, at least 0 or Infinity, got undefined'],
      [{ delay: 1 }, 'retry.times must be an integer, at least 0 or Infinity, got undefined'],
      [{ times: null }, 'retry.times must be an integer, at least 0 or Infinity, got null'],
      [{ times: 1.5 }, 'retry.times must be an integer, at least 0 or Infinity, got 1.5'],
      [{ times: 1, delay: -1 }, 'retry.delay must be milliseconds from 0 to 2147483647, or a function, got -1'],
      [{ times: 1, when: 1 }, 'retry.when must be a function, got 1'],
      [{ times: 1, wait: 1 }, 'retry has no "wait"; it may have times, delay, when'],
    ] as const) {
      const options = { retry: retry as never };
      expect(() => parallelMap((worker, n: number) => worker.echo(n), pool, options))
        .withContext(message)
        .toThrowMatching((error: Error) => error.message === `parallelMap: ${message}`);
      expect(() => parallelMapIterable([1], (worker, n) => worker.echo(n), pool, options)).toThrowError(
        `parallelMapIterable: ${message}`,
      );
    }
    expect(() =>
      parallelMapUnordered((n: Uint8Array<ArrayBuffer>) => n, 1, { retry: 1, transfer: (n) => [n.buffer] }),
    ).toThrowError(/^parallelMapUnordered: retry cannot be combined with transfer: /);
    EMPTY.pipe(parallelMap((n: Uint8Array<ArrayBuffer>) => n, 1, { retry: 0, transfer: (n) => [n.buffer] }));
  });
});

describe('maxFailures', () => {
  const pool = localPool({
    odd(n: number): number {
      if (n % 2 === 0) throw new Error(`${n}`);
      return n;
    },
  });
  const run = (count: number, options: ParallelOptions): Promise<unknown[]> =>
    lastValueFrom(
      range(0, count).pipe(
        parallelMap((worker, n) => worker.odd(n), pool, options),
        toArray(),
      ),
    );

  for (const onError of ['skip', 'settle'] as const) {
    it(`lets that many fail, with onError: ${onError}`, async () => {
      expect((await run(6, { onError, maxFailures: 3 })).length).toBe(onError === 'skip' ? 3 : 6);
    });

    it(`errors with one more, after the results before it, with onError: ${onError}`, async () => {
      const results: unknown[] = [];
      const stream = from([0, 1, 2, 3, 4, 5]).pipe(
        parallelMap((worker, n) => worker.odd(n), pool, { onError, maxFailures: 1 }),
      );
      const error = await reason(stream.forEach((each) => results.push(each)));
      expect(error).toBeInstanceOf(TooManyFailuresError);
      expect(error.name).toBe('TooManyFailuresError');
      expect(error.message).toBe('2 tasks have failed: more than maxFailures, which is 1');
      expect(error.errors.map(({ message }: Error) => message)).toEqual(['0', '2']);
      expect(taskOf(error)).toEqual({ index: 2, input: 2 });
      expect(results.length).toBe(onError === 'skip' ? 1 : 2);
    });
  }

  it('counts in the order of the source, whichever task fails first', () => {
    marbles(({ cold, crew, expectObservable }) => {
      // B, D and E fail, in the order D, E, B: D is the second in the source.
      const fake = crew(6, { a: 1, B: 9, c: 1, D: 2, E: 3, f: 1 });
      const error = new TooManyFailuresError('2 tasks have failed: more than maxFailures, which is 1', ['B', 'D']);
      const results = cold('(aBcDEf|)').pipe(
        parallelMap((worker, letter) => worker.run(letter), fake.pool, { onError: 'skip', maxFailures: 1 }),
      );
      expectObservable(results).toBe('-a-------(c#)', undefined, error);
    });
  });

  it('starts nothing any more when one too many has failed', () => {
    marbles(({ cold, crew, expectObservable, flush }) => {
      const fake = crew(2, { a: 9, B: 1, C: 1, d: 1 });
      const results = cold('(aBCd|)').pipe(
        parallelMap((worker, letter) => worker.run(letter), fake.pool, { onError: 'skip', maxFailures: 1 }),
      );
      const error = new TooManyFailuresError('2 tasks have failed: more than maxFailures, which is 1', ['B', 'C']);
      expectObservable(results).toBe('---------(a#)', undefined, error);
      flush();
      expect(fake.begun).toEqual([0, 1, 2]);
    });
  });

  for (const ordered of [true, false])
    it(`counts what an iterator takes of results that wait (ordered: ${ordered})`, async () => {
      for (const onError of ['skip', 'settle'] as const)
        for (const maxFailures of [10, 3]) {
          const results = parallelMapIterable(range(0, 20), (worker, n) => worker.odd(n), pool, {
            onError,
            maxFailures,
            ordered,
          });
          const taken: unknown[] = [];
          const end = (async () => {
            for await (const each of results) {
              taken.push(each);
              // Others are there when it asks for the next.
              await new Promise((resolve) => setTimeout(resolve));
            }
          })();
          if (maxFailures === 10) await end;
          else expect((await reason(end)).errors.map(({ message }: Error) => message)).toEqual(['0', '2', '4', '6']);
          const all = maxFailures === 10 ? 20 : 6;
          expect(taken.length).toBe(onError === 'settle' ? all : all / 2);
        }
    });

  it('allows none with 0, and keeps no more than 100 of them', async () => {
    expect((await reason(run(4, { onError: 'skip', maxFailures: 0 }))).errors.length).toBe(1);
    expect((await reason(run(1000, { onError: 'skip', maxFailures: 300 }))).errors.length).toBe(100);
  });

  it('counts a task once, however often it was run again', async () => {
    expect(await run(4, { onError: 'skip', maxFailures: 2, retry: 3 })).toEqual([1, 3]);
  });

  it('is refused by name, and without onError', () => {
    for (const [options, message] of [
      [{ onError: 'skip', maxFailures: -1 }, 'maxFailures must be an integer, at least 0 or Infinity, got -1'],
      [
        { maxFailures: 1 },
        "maxFailures is for onError: 'skip' and 'settle'; with 'throw' the first failure errors the stream",
      ],
    ] as const)
      expect(() => parallelMap((worker, n: number) => worker.odd(n), pool, options as ParallelOptions)).toThrowError(
        `parallelMap: ${message}`,
      );
  });
});
