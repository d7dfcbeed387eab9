/** What the operators of every pool have to do: the same as those of the package, with that pool. */
import { from, of, range, throwError } from 'rxjs';
import { PoolClosedError, type WorkerPool, taskOf } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { all, reason } from './outcomes.ts';

async function iterated<T>(results: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of results) values.push(value);
  return values;
}

export function operatorsContract(made: (size: number) => WorkerPool<ContractApi>): void {
  describe('map, mapUnordered and mapIterable', () => {
    const FALSY = [undefined, null, 0, '', false, Number.NaN, 0n];

    it('give the result for each value, in order or as they come', async () => {
      const pool = made(3);
      const inputs = range(0, 40);
      const odd = pool.map((worker, n: number, index) => worker.list(n, index));
      expect(await all(inputs.pipe(odd))).toEqual(Array.from({ length: 40 }, (_, n) => [n, n]));
      const unordered = await all(inputs.pipe(pool.mapUnordered((worker, n) => worker.later(n, (n * 7) % 5))));
      expect(unordered.sort((a: number, b: number) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
      const numbers = Array.from({ length: 40 }, (_, n) => n);
      expect(await iterated(pool.mapIterable(numbers, (worker, n) => worker.later(n, (n * 7) % 5)))).toEqual(numbers);
      const loose = await iterated(pool.mapIterable(numbers, (worker, n) => worker.echo(n), { ordered: false }));
      expect(loose.sort((a: number, b: number) => a - b)).toEqual(numbers);
    });

    it('give falsy results as they are', async () => {
      const pool = made(2);
      expect(await all(from(FALSY).pipe(pool.map((worker, value) => worker.echo(value))))).toEqual(FALSY);
      expect((await all(from(FALSY).pipe(pool.mapUnordered((worker, value) => worker.echo(value))))).length).toBe(7);
      expect(await iterated(pool.mapIterable(FALSY, (worker, value) => worker.echo(value)))).toEqual(FALSY);
    });

    it('take the options of the operators', async () => {
      const pool = made(2);
      const settled = await all(range(0, 4).pipe(pool.map((worker, n) => worker.failIfOdd(n), { onError: 'settle' })));
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
      const evens = await all(
        range(0, 4).pipe(pool.mapUnordered((worker, n) => worker.failIfOdd(n), { onError: 'skip' })),
      );
      expect(new Set(evens)).toEqual(new Set([0, 2]));
      const pulled = pool.mapIterable(range4(), (worker, n) => worker.failIfOdd(n), { onError: 'skip', window: 1 });
      expect(await iterated(pulled)).toEqual([0, 2]);
    });

    it('error with what a task throws, of a task that is known, and with what the source does', async () => {
      const pool = made(2);
      const errors = [
        await reason(all(range(0, 4).pipe(pool.map((worker, n) => worker.failIfOdd(n))))),
        await reason(all(of(1).pipe(pool.mapUnordered((worker, n) => worker.failIfOdd(n))))),
        await reason(iterated(pool.mapIterable(range4(), (worker, n) => worker.failIfOdd(n)))),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(RangeError);
        expect(taskOf(error)?.input).toBe(1);
      }
      expect(await reason(all(throwError(() => 0).pipe(pool.map((worker) => worker.echo(1)))))).toBe(0);
    });

    it('close what they read when they are left', async () => {
      const pool = made(2);
      let closed = false;
      function* endless(): Generator<number> {
        try {
          for (let n = 0; ; n++) yield n;
        } finally {
          closed = true;
        }
      }
      for await (const n of pool.mapIterable(endless(), (worker, value) => worker.echo(value))) if (n === 3) break;
      expect(closed).toBeTrue();
      const unread = pool.mapIterable(endless(), (worker, value) => worker.echo(value));
      expect(await unread.return!()).toEqual({ done: true, value: undefined });
      expect(await unread.next()).toEqual({ done: true, value: undefined });
    });

    it('error where the pool is closed', async () => {
      const pool = made(1);
      await pool.close();
      const closed = [
        await reason(all(of(1).pipe(pool.map((worker, n) => worker.echo(n))))),
        await reason(all(of(1).pipe(pool.mapUnordered((worker, n) => worker.echo(n))))),
        await reason(iterated(pool.mapIterable([1], (worker, n) => worker.echo(n)))),
      ];
      for (const error of closed) expect(error).toBeInstanceOf(PoolClosedError);
    });

    it('reject bad arguments by their names', () => {
      const pool = made(1) as any;
      const fn = (): never => undefined as never;
      for (const [name, ...before] of [
        ['map'],
        ['mapUnordered'],
        ['mapIterable', []],
        ['concatMap'],
        ['mergeMap'],
      ] as const) {
        const call =
          (...args: unknown[]) =>
          () =>
            pool[name](...before, ...args);
        expect(call(4)).toThrowError(TypeError, `pool.${name}: fn must be a function, got 4`);
        expect(call(fn, { window: 0 })).toThrowError(
          RangeError,
          new RegExp(`^pool\\.${name}: window must be an integer`),
        );
        expect(call(fn, { onErorr: 1 })).toThrowError(
          TypeError,
          new RegExp(`^pool\\.${name}: options has no "onErorr"`),
        );
        expect(call(fn, { context: 1 })).toThrowError(TypeError, new RegExp(`^pool\\.${name}: context is for inline`));
      }
      expect(() => pool.mapIterable(5, fn)).toThrowError(TypeError, /^pool\.mapIterable: source must be iterable, a/);
      expect(() => pool.mapIterable([], fn, { ordered: 1 })).toThrowError(TypeError, /ordered must be true or false/);
    });
  });
}

function* range4(): Generator<number> {
  yield* [0, 1, 2, 3];
}
