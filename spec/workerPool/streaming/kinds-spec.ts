/** What a task that gives many values may return. */
import { firstValueFrom, lastValueFrom, of, skip, toArray } from 'rxjs';
import {
  ClosureError,
  Worker,
  type WorkerPool,
  localPool,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMergeMap,
  workerPool,
} from '../../../lib/index.ts';
import { type ManyValuesApi, manyValues } from '../../support/manyValues.ts';

const KINDS = [
  'generator',
  'asyncGenerator',
  'array',
  'promise',
  'iterable',
  'set',
  'asyncIterable',
  'readableStream',
  'rxjsObservable',
  'threadsObservable',
  'platformObservable',
] as const;

const POOLS: Readonly<Record<string, () => WorkerPool<ManyValuesApi>>> = {
  'a pool of workers': () =>
    workerPool<ManyValuesApi>(
      () => new Worker(new URL('../../fixtures/manyValues.worker.js', import.meta.url), { type: 'module' }),
      1,
    ),
  'the local pool': () => localPool(manyValues),
};

for (const [name, make] of Object.entries(POOLS))
  describe(`Many values on ${name}`, () => {
    let pool: WorkerPool<ManyValuesApi>;
    beforeAll(() => (pool = make()));
    afterAll(() => pool.close());

    for (const kind of KINDS)
      it(`may come of: ${kind}`, async () => {
        const values = of(3, 0, 2).pipe(
          parallelConcatMap((worker, n) => worker[kind](n), pool),
          toArray(),
        );
        expect(await lastValueFrom(values)).toEqual([1, 2, 3, 1, 2]);
      });

    for (const kind of ['rxjsTicks', 'threadsTicks', 'platformTicks'] as const)
      it(`unsubscribes what pushes without end: ${kind}`, async () => {
        const before = await pool.run((worker) => worker.stopped());
        const ticks = of(0).pipe(
          parallelMergeMap((worker) => worker[kind](), pool),
          skip(3),
        );
        expect(await firstValueFrom(ticks)).toBe(3);
        // Where no memory is shared, and a task that was cancelled is still stopping, the call waits for it.
        expect(await pool.run((worker) => worker.stopped())).toBe(before + 1);
      });
  });

describe('Many values of an inline generator', () => {
  it('come as those of any other', async () => {
    const values = of(3, 0, 2).pipe(
      parallelConcatMap(function* (n) {
        for (let each = 1; each <= n; each++) yield each;
      }, 1),
      toArray(),
    );
    expect(await lastValueFrom(values)).toEqual([1, 2, 3, 1, 2]);
    const later = parallelFlatMapIterable(
      [3, 0, 2],
      async function* (n) {
        for (let each = 1; each <= n; each++) {
          await Promise.resolve();
          yield each;
        }
      },
      1,
    );
    const taken: number[] = [];
    for await (const each of later) taken.push(each);
    expect(taken).toEqual([1, 2, 3, 1, 2]);
  });

  it('are a ClosureError where it uses a variable around it', async () => {
    const outer = [1, 2, 3];
    const sync = of(1).pipe(
      parallelConcatMap(function* (n) {
        yield n;
        yield* outer;
      }, 1),
    );
    await expectAsync(lastValueFrom(sync)).toBeRejectedWithError(ClosureError, /"outer"/);
    const later = of(1).pipe(
      parallelMergeMap(
        async function* (n) {
          yield n + outer.length;
        },
        1,
        { onError: 'skip' },
      ),
    );
    await expectAsync(lastValueFrom(later)).toBeRejectedWithError(ClosureError, /"outer"/);
  });
});
