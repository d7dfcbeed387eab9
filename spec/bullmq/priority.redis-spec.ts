/** Where in the queue the jobs of a stream go, by its priority. */
import { Queue } from 'bullmq';
import { range, tap } from 'rxjs';
import { all, numbers, onRedis, until } from '../support/onRedis.ts';

describe('A priority', () => {
  const site = onRedis('priority');

  /** Resolves when `count` jobs wait in the queue. */
  async function waiting(queue: string, count: number): Promise<void> {
    const bull = new Queue(queue, { connection: site.redis.connection });
    await until(async () => {
      const { prioritized = 0, wait = 0 } = await bull.getJobCounts('wait', 'prioritized');
      return prioritized + wait === count;
    });
    await bull.close();
  }

  it('above 0 is before what others have in the queue; below 0 behind all that', async () => {
    const queue = site.newQueue();
    const order: number[] = [];
    const calls: Promise<unknown>[] = [];
    const priorities = [-2, 0, -1, -0.5, 0, 1e300, -1e300];
    for (const [at, priority] of priorities.entries()) {
      const call = site.pool(queue).run((worker) => worker.twice(at), { priority });
      calls.push(call.then(() => order.push(at)));
      await waiting(queue, at + 1);
    }
    site.machine(queue, 1);
    await Promise.all(calls);
    expect(order.map((at) => priorities[at])).toEqual([1e300, 0, 0, -1, -0.5, -2, -1e300]);
  });

  it('makes no job of more than the pool has places, as of now', async () => {
    const queue = site.newQueue();
    const pool = site.pool(queue, { size: 1 });
    const calls = numbers(6).map((n) => pool.run((worker) => worker.twice(n), { priority: n }));
    await waiting(queue, 1);
    pool.resize(4);
    await waiting(queue, 4);
    pool.resize(1);
    site.machine(queue, 1);
    expect(await Promise.all(calls)).toEqual(numbers(6).map((n) => 2 * n));
    await site.closes(pool, queue);
  });

  it('above 0 lets each have its turn in the end', async () => {
    const queue = site.newQueue();
    const pool = site.pool(queue, { size: 4 });
    const order: number[] = [];
    const count = 600;
    const results = all(
      range(0, count).pipe(
        pool.mapUnordered((worker, n) => worker.twice(n), { batch: 1, priority: 1 }),
        tap((twice) => order.push(twice / 2)),
      ),
    );
    await waiting(queue, 4);
    site.machine(queue, 1);
    await results;
    expect(order.indexOf(0)).toBeLessThan(400);
    expect(order.toSorted((a, b) => a - b)).toEqual(numbers(count));
    await site.closes(pool, queue);
  });
});
