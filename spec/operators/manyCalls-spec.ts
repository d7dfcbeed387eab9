/** Calls and streams by the thousand: what the pool does for each does not grow with how many there are. */
import { type Observable, lastValueFrom, mergeMap, of, range, toArray } from 'rxjs';
import { SharedCalls } from '../../lib/publicPool/sharedCalls.ts';
import { SingleCall } from '../../lib/publicPool/singleCall.ts';
import { Stream } from '../../lib/stream/stream.ts';
import { PoolClosedError, type WorkerPool, Worker, localPool, parallelMap, workerPool } from '../../lib/index.ts';
import type { PrimesApi } from '../fixtures/primes.worker.ts';

const pools: Record<string, () => WorkerPool<PrimesApi>> = {
  workerPool: () =>
    workerPool<PrimesApi>(
      () => new Worker(new URL('../fixtures/primes.worker.js', import.meta.url), { type: 'module' }),
      2,
    ),
  localPool: () => localPool({ count: async (limit: number) => limit }),
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));
const settled = async (promises: readonly Promise<unknown>[]): Promise<Set<unknown>> =>
  new Set((await Promise.allSettled(promises)).map((each) => (each.status === 'rejected' ? each.reason : 'a value')));

/** How often streams are asked what waits, for each of `count` that `act` makes. */
async function asked(count: number, act: (count: number) => Promise<unknown>): Promise<number> {
  const kinds = [Stream.prototype, SharedCalls.prototype, SingleCall.prototype] as const;
  const originals = kinds.map(({ waiting }) => waiting);
  const spies = kinds.map((kind) => spyOn(kind, 'waiting').and.callThrough());
  await act(count);
  for (const [at, kind] of kinds.entries()) kind.waiting = originals[at]!;
  return spies.reduce((sum, { calls }) => sum + calls.count(), 0) / count;
}

async function isLinear(act: (count: number) => Promise<unknown>): Promise<void> {
  await act(50);
  const few = await asked(200, act);
  const many = await asked(1600, act);
  expect(many).toBeLessThan(2 * few + 10);
}

describe('What is asked of a pool by the thousand', () => {
  for (const [name, open] of Object.entries(pools))
    describe(`(${name})`, () => {
      let pool: WorkerPool<PrimesApi>;
      beforeEach(() => (pool = open()));
      afterEach(() => pool.close({ drain: false }));

      it('as calls, takes the same for each', () =>
        isLinear((count) => Promise.all(numbers(count).map(() => pool.run((worker) => worker.count(10))))));

      it('as calls of one mergeMap, takes the same for each', () =>
        isLinear((count) => all(range(0, count).pipe(mergeMap(() => pool.run((worker) => worker.count(10)))))));

      it('as calls with a signal each, or one for all, takes the same for each', async () => {
        const { signal } = new AbortController();
        for (const given of [() => signal, () => new AbortController().signal])
          await isLinear((count) =>
            Promise.all(numbers(count).map(() => pool.run((worker) => worker.count(10), { signal: given() }))),
          );
      });

      it('as calls of several priorities, takes the same for each', () =>
        isLinear((count) =>
          Promise.all(numbers(count).map((n) => pool.run((worker) => worker.count(10), { priority: n % 3 }))),
        ));

      it('as small streams, takes the same for each', () =>
        isLinear((count) =>
          all(range(0, count).pipe(mergeMap((n) => of(n).pipe(parallelMap((worker) => worker.count(10), pool))))),
        ));

      it('and aborted by one signal, takes the same for each', () =>
        isLinear(async (count) => {
          const controller = new AbortController();
          const { signal } = controller;
          const calls = numbers(count).map(() => pool.run((worker) => worker.count(10), { signal }));
          controller.abort('enough');
          expect([...(await settled(calls))]).toContain('enough');
        }));

      for (const drain of [true, false])
        it(`and closed with drain ${drain}, takes the same for each`, () =>
          isLinear(async (count) => {
            const one = open();
            const calls = numbers(count).map(() => one.run((worker) => worker.count(10)));
            const streams = numbers(count).map((n) =>
              lastValueFrom(of(n).pipe(parallelMap((worker) => worker.count(10), one))),
            );
            const results = settled([...calls, ...streams]);
            await one.close({ drain });
            const kinds = [...(await results)];
            if (drain) expect(kinds).toEqual(['a value']);
            else expect(kinds.some((each) => each instanceof PoolClosedError)).toBeTrue();
          }));
    });
});
