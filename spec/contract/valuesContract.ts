/** What every pool has to do with tasks that give many values. */
import { lastValueFrom, of, take, toArray } from 'rxjs';
import { type WorkerPool, parallelConcatMap, parallelFlatMapIterable, parallelMergeMap } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';

export function valuesContract(name: string, manyValues: boolean, make: () => WorkerPool<ContractApi>): void {
  describe(`${name}, by the contract of many values,`, () => {
    let pool: WorkerPool<ContractApi>;
    beforeEach(() => (pool = make()));
    afterEach(() => pool.close({ drain: false }));

    if (!manyValues) {
      it('refuses them, and says why and what to do', () => {
        const says = (caller: string): RegExp =>
          new RegExp(
            `^${caller}: a task of bullmqPool has one result: .* Use a workerPool; or parallelMap, with a method`,
          );
        const concat = (): unknown => parallelConcatMap((worker, n: number) => worker.counting(n), pool);
        expect(concat).toThrowError(TypeError, says('parallelConcatMap'));
        const merge = (): unknown => parallelMergeMap((worker, n: number) => worker.counting(n), pool);
        expect(merge).toThrowError(TypeError, says('parallelMergeMap'));
        const iterate = (): unknown => parallelFlatMapIterable([1], (worker, n) => worker.counting(n), pool);
        expect(iterate).toThrowError(TypeError, says('parallelFlatMapIterable'));
        const calls = (worker: { counting(n: number): any }, n: number): any => worker.counting(n);
        expect(() => pool.concatMap(calls)).toThrowError(TypeError, says('pool.concatMap'));
        expect(() => pool.mergeMap(calls)).toThrowError(TypeError, says('pool.mergeMap'));
      });
      return;
    }

    it('emits those of one task after another', async () => {
      const values = of(3, 0, 200, 1).pipe(
        parallelConcatMap((worker, n) => worker.counting(n), pool, { buffer: 7 }),
        toArray(),
      );
      const expected = [3, 0, 200, 1].flatMap((n) => Array.from({ length: n }, (_, at) => at));
      expect(await lastValueFrom(values)).toEqual(expected);
    });

    it('merges them', async () => {
      const values = of(3, 0, 200, 1).pipe(
        parallelMergeMap((worker, n) => worker.counting(n), pool, { buffer: 7 }),
        toArray(),
      );
      const expected = [3, 0, 200, 1].flatMap((n) => Array.from({ length: n }, (_, at) => at));
      expect((await lastValueFrom(values)).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    });

    it('are given by the operators of the pool, too', async () => {
      const given = of(3, 0, 2).pipe(
        pool.concatMap((worker, n, index) => worker.counting(n + index), { buffer: 1 }),
        toArray(),
      );
      expect(await lastValueFrom(given)).toEqual([0, 1, 2, 0, 0, 1, 2, 3]);
      const merged = of(3, 0, 2).pipe(
        pool.mergeMap((worker, n) => worker.counting(n)),
        toArray(),
      );
      expect((await lastValueFrom(merged)).sort((a, b) => a - b)).toEqual([0, 0, 1, 1, 2]);
      const settled = of(1).pipe(
        pool.concatMap((worker, n) => worker.countingTo(n), { onError: 'settle' }),
        toArray(),
      );
      const kinds = (await lastValueFrom(settled)).map((each) => (typeof each === 'number' ? each : each.status));
      expect(kinds).toEqual([0, 'rejected']);
      const failing = of(1).pipe(pool.mergeMap((worker, n) => worker.countingTo(n)));
      await expectAsync(lastValueFrom(failing)).toBeRejectedWithError(/1 is too many/);
    });

    it('iterates, and stops what has no end', async () => {
      for (const ordered of [true, false]) {
        const taken: number[] = [];
        const endless = parallelFlatMapIterable([-1, -1, -1], (worker, n) => worker.counting(n), pool, {
          ordered,
          buffer: 1,
        });
        for await (const each of endless) if (taken.push(each) === 20) break;
        expect(taken.length).toBe(20);
      }
    });

    it('is left by a consumer that has enough', async () => {
      const values = of(-1, -1, -1).pipe(
        parallelConcatMap((worker, n) => worker.counting(n), pool),
        take(500),
        toArray(),
      );
      expect((await lastValueFrom(values)).length).toBe(500);
    });

    it('keeps what came before a failure', async () => {
      const seen: unknown[] = [];
      const settled = of(2, 1).pipe(
        parallelConcatMap((worker, n) => worker.countingTo(n), pool, { onError: 'settle' }),
        toArray(),
      );
      for (const each of await lastValueFrom(settled)) seen.push(typeof each === 'number' ? each : each.input);
      expect(seen).toEqual([0, 1, 2, 0, 1]);
      const skipped = of(2, 1).pipe(
        parallelConcatMap((worker, n) => worker.countingTo(n), pool, { onError: 'skip' }),
        toArray(),
      );
      expect(await lastValueFrom(skipped)).toEqual([0, 1, 0]);
    });
  });
}
