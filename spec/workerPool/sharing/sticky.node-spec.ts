import { range } from 'rxjs';
import { Pool, spawn } from 'threads';
import { Worker, type WorkerPool, parallelMap, parallelMapUnordered, workerPool } from '../../../lib/index.ts';
import { bullmqPool } from '../../../lib/bullmq/index.ts';
import type { CacheApi } from '../../fixtures/cache.worker.ts';
import { all, beginning } from '../../contract/outcomes.ts';

const made: Worker[] = [];
const newWorker = (): Worker => {
  const worker = new Worker(new URL('../../fixtures/cache.worker.js', import.meta.url), { type: 'module' });
  made.push(worker);
  return worker;
};

/** Ends the task that holds a worker. */
function endHold(name: string): void {
  const channel = new BroadcastChannel(name);
  channel.postMessage('end');
  channel.close();
}

describe('sticky, where workers go,', () => {
  beforeEach(() => void made.splice(0));

  for (const operator of [parallelMap, parallelMapUnordered])
    it(`has the keys of a worker that died go to others, in order, with nothing lost (${operator.name})`, async () => {
      await using pool = workerPool<CacheApi>(newWorker, 3);
      await pool.warmUp();
      const dispatched: number[] = [];
      let deaths = 0;
      const options = { key: (n: number) => n % 7, sticky: true, crashRetries: 99 };
      const results: string[] = [];
      await new Promise<void>((resolve, reject) => {
        range(0, 300)
          .pipe(
            operator(
              (worker, n) => {
                dispatched.push(n);
                return worker.visit(`${n % 7}`, 1);
              },
              pool,
              options,
            ),
          )
          .subscribe({
            next({ id }) {
              results.push(id);
              if (results.length % 100 === 50) {
                deaths++;
                void made[made.length - 1 - (deaths % 3)]!.terminate();
              }
            },
            error: reject,
            complete: resolve,
          });
      });
      expect(deaths).toBe(3);
      expect(results.length).toBe(300);
      expect(pool.stats().restarts).toBeGreaterThan(0);
    });

  it('has a key whose worker was ended, since it was idle or had done its share, go to the next', async () => {
    await using pool = workerPool<CacheApi>(newWorker, { size: 2, maxTasksPerWorker: 10 });
    const results = await all(
      range(0, 40).pipe(parallelMap((worker, n) => worker.visit(n % 3), pool, { key: (n) => n % 3, sticky: true })),
    );
    expect(results.length).toBe(40);
    expect(new Set(results.map(({ id }) => id)).size).toBeGreaterThanOrEqual(4);
  });

  // Where no memory is shared, nothing of a message can be recalled.
  it('has a key whose first task another holds up at its worker go elsewhere', async () => {
    await using pool = workerPool<CacheApi>(newWorker, 2);
    await pool.warmUp();
    const { begun, channel } = await beginning();
    const counted: number[] = [];
    const done = new Promise<void>((resolve, reject) => {
      // Quick ones first, so that many go into a message; then one that lasts, in the middle of one.
      range(0, 3000)
        .pipe(
          parallelMapUnordered((worker, n) => (n === 2000 ? worker.hold(channel) : worker.visit(n)), pool, {
            key: (n) => n,
            sticky: true,
          }),
        )
        .subscribe({
          next({ count }) {
            counted.push(count);
            // All but the one that is held: none of those behind it waits for it.
            if (counted.length === 2999) void begun.then(() => endHold(channel));
          },
          error: reject,
          complete: resolve,
        });
    });
    await done;
    expect(counted.length).toBe(3000);
  });

  it('is refused by pools that cannot keep it, each with its reason', async () => {
    const options = { key: (n: number) => n, sticky: true };
    const threads = Pool(() => spawn<CacheApi>(newWorker() as never), 1);
    expect(() =>
      parallelMap((worker, n: number) => worker.visit(n), threads as never as WorkerPool<CacheApi>, options),
    ).toThrowError(TypeError, /^parallelMap: sticky needs workers that stay; a threads\.js Pool lends its threads/);
    await threads.terminate();
    const machines = bullmqPool<CacheApi>('sticky', { connection: 'redis://127.0.0.1:1' });
    const reason = /sticky cannot be kept over bullmqPool: any machine takes the next job/;
    expect(() => parallelMapUnordered((worker, n: number) => worker.visit(n), machines, options)).toThrowError(
      TypeError,
      reason,
    );
    expect(() => machines.map((worker, n: number) => worker.visit(n), options)).toThrowError(TypeError, reason);
    expect(() => machines.mapIterable([1], (worker, n) => worker.visit(n), options)).toThrowError(TypeError, reason);
    await machines.close();
  });
});
