/** Others on the queue: what they add, take, complete or fail. */
import { setTimeout as wait } from 'node:timers/promises';
import { Queue, Worker as BullWorker } from 'bullmq';
import { range } from 'rxjs';
import { ParallelError, WorkerInitError, parallelMap } from '../../lib/index.ts';
import { Heard, all, numbers, onRedis, reason, until } from '../support/onRedis.ts';

describe('Somebody else on the queue', () => {
  const site = onRedis('strangers');

  const bull = (queue: string): Queue => {
    const made = new Queue(queue, { connection: site.redis.connection });
    site.atEnd(() => made.close());
    return made;
  };

  const plainWorker = (queue: string, act: () => Promise<unknown>): BullWorker => {
    const made = new BullWorker(queue, act, { connection: site.redis.connection, concurrency: 4 });
    site.atEnd(() => made.close());
    return made;
  };

  for (const [what, act] of Object.entries({
    completes: () => Promise.resolve('mine'),
    fails: () => Promise.reject(new Error('not for me')),
  })) {
    it(`a plain Worker takes some jobs and ${what} them: their tasks are sent again`, async () => {
      const queue = site.newQueue();
      const pool = site.pool(queue, { size: 8 });
      let taken = 0;
      const plain = plainWorker(queue, async () => {
        // It is the only one for a moment.
        if (++taken === 8) void plain.pause(true);
        return act();
      });
      const results = all(
        range(0, 40).pipe(parallelMap((worker, n) => worker.twice(n), pool, { batch: 1, onError: 'skip' })),
      );
      await until(() => taken >= 8);
      site.machine(queue);
      expect(await results).toEqual(numbers(40).map((n) => 2 * n));
      await site.closes(pool, queue);
    });

    it(`a plain Worker ${what} all jobs: the stream ends, in every mode, and says why`, async () => {
      const queue = site.newQueue();
      const pool = site.pool(queue, { size: 4 });
      plainWorker(queue, act);
      const stream = range(0, 4).pipe(parallelMap((worker, n) => worker.twice(n), pool, { onError: 'skip' }));
      const error = await reason(all(stream));
      expect(error).toBeInstanceOf(WorkerInitError);
      expect(error.message).toContain(
        what === 'completes' ? 'was completed without a result' : 'was failed: not for me',
      );
      expect(error.message).toContain('another worker than serve() is on the queue');
      await site.closes(pool, queue);
    });
  }

  it('jobs that were completed or failed by hand are sent again', async () => {
    const queue = site.newQueue();
    const pool = site.pool(queue, { size: 4 });
    const results = all(range(0, 4).pipe(parallelMap((worker, n) => worker.twice(n), pool, { batch: 1 })));
    const hand = new BullWorker(queue, null, { connection: site.redis.connection });
    site.atEnd(() => hand.close());
    await until(async () => (await bull(queue).getWaitingCount()) === 4);
    await (await hand.getNextJob('token')).moveToCompleted('by hand', 'token', false);
    await (await hand.getNextJob('token')).moveToFailed(new Error('by hand'), 'token', false);
    site.machine(queue);
    expect(await results).toEqual(numbers(4).map((n) => 2 * n));
    await site.closes(pool, queue);
  });

  it('more jobs of others that have ended than a sweep looks at hide none of a producer that is gone', async () => {
    const queue = site.newQueue();
    const { client } = site.redis;
    const completed = `bull:${queue}:completed`;
    await client.zadd(completed, ...numbers(1500).flatMap((n) => [n + 1, `other-${n}`]), 2000, 'rabc-0');
    await client.hset(`bull:${queue}:rabc-0`, { name: 'x', data: '{}', opts: '{}', timestamp: 1, finishedOn: 2000 });
    site.machine(queue, 1, { stalledInterval: 100 });
    await until(async () => (await client.exists(`bull:${queue}:rabc-0`)) === 0);
    expect(await client.zcard(completed)).toBe(1500);
  });

  it('a job that failed with its report in it counts', async () => {
    const queue = site.newQueue();
    const pool = site.pool(queue);
    const result = pool.run((worker) => worker.twice(21));
    const values = ['[84]'];
    const report = { layout: 0, fates: ['value'], values, times: [0, 0], ms: 1, unable: null };
    const hand = new BullWorker(queue, null, { connection: site.redis.connection });
    site.atEnd(() => hand.close());
    await until(async () => (await bull(queue).getWaitingCount()) === 1);
    const job = await hand.getNextJob('token');
    await job.updateData({ ...report, layout: (job.data as typeof report).layout });
    await job.moveToFailed(new Error('READONLY, says somebody'), 'token', false);
    expect(await result).toBe(84);
    await site.closes(pool, queue);
  });

  it('a job of another layout: the machine says so once, with its id, and goes on', async () => {
    const queue = site.newQueue();
    const heard = new Heard();
    site.machine(queue, 1, { onError: heard.onError });
    const job = await bull(queue).add('x', {}, { attempts: 3 });
    await heard.hears(`The job "${job.id}" in the queue "${queue}" cannot be run: `);
    const pool = site.pool(queue);
    await until(async () => (await bull(queue).getFailedCount()) === 1);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    // Longer than notices wait.
    await wait(1200);
    expect(heard.errors.length).toBe(1);
    expect(heard.total).toBe(1);
    expect(heard.errors[0]).toBeInstanceOf(ParallelError);
    await pool.close();
    await bull(queue).obliterate({ force: true });
  });
});
