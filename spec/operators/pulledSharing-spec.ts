import { Subject, range } from 'rxjs';
import { type WorkerPool, Worker, localPool, parallelMap, parallelMapIterable, workerPool } from '../../lib/index.ts';
import type { PrimesApi } from '../fixtures/primes.worker.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const pools: Record<string, () => WorkerPool<PrimesApi>> = {
  workerPool: () =>
    workerPool<PrimesApi>(
      () => new Worker(new URL('../fixtures/primes.worker.js', import.meta.url), { type: 'module' }),
      1,
    ),
  localPool: () => localPool({ count: (limit: number) => turn().then(() => limit) }),
};

/** Large enough for a task that travels alone. */
const LARGE = 200_000;

async function* later(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) {
    await turn();
    yield LARGE;
  }
}

function* atOnce(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield LARGE;
}

describe('A source that is pulled', () => {
  for (const [name, open] of Object.entries(pools))
    for (const source of [later, atOnce])
      describe(`(${source.name}, ${name})`, () => {
        it('is read on for results that were asked for all at once', async () => {
          await using pool = open();
          const results = parallelMapIterable(source(8), (worker, limit) => worker.count(limit), pool);
          const all = await Promise.all(Array.from({ length: 9 }, () => results.next()));
          expect(all.map(({ done }) => done ?? false)).toEqual([...Array<boolean>(8).fill(false), true]);
        });

        it('is read on when another stream has had the only worker', async () => {
          await using pool = open();
          const others = new Subject<number>();
          const subscription = others.pipe(parallelMap((worker, limit) => worker.count(limit), pool)).subscribe();
          let results = 0;
          for await (const _ of parallelMapIterable(source(8), (worker, limit) => worker.count(limit), pool)) {
            results++;
            others.next(LARGE);
          }
          expect(results).toBe(8);
          subscription.unsubscribe();
        });

        it('has its turn beside a stream that has a lot to do', async () => {
          await using pool = open();
          let others = 0;
          const long = range(0, 100).pipe(parallelMap((worker) => worker.count(LARGE), pool));
          const subscription = long.subscribe(() => others++);
          for await (const _ of parallelMapIterable(source(8), (worker, limit) => worker.count(limit), pool));
          expect(others).toBeLessThan(90);
          subscription.unsubscribe();
        });
      });
});
