/** What Redis refuses for a while: it is waited for, reported once, and is no task's failure. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { range, tap } from 'rxjs';
import { WorkerInitError, parallelMap } from '../../lib/index.ts';
import type { RedisServer } from '../support/redis.ts';
import { Heard, all, numbers, onRedis, reason, until } from '../support/onRedis.ts';

interface Refusal {
  begin(redis: RedisServer): Promise<unknown>;
  end(redis: RedisServer): Promise<unknown>;
}

const config = (name: string, during: string, after: string): Refusal => ({
  begin: ({ client }) => client.config('SET', name, during),
  end: ({ client }) => client.config('SET', name, after),
});

const REFUSALS: Readonly<Record<string, Refusal>> = {
  NOREPLICAS: config('min-replicas-to-write', '1', '0'),
  OOM: config('maxmemory', '1', '0'),
  READONLY: {
    begin: ({ client }) => client.replicaof('127.0.0.1', 1),
    end: ({ client }) => client.replicaof('NO', 'ONE'),
  },
  MISCONF: {
    async begin({ client, folder }) {
      // A folder of the name of the file that is to be written.
      const file = join(folder, 'dump.rdb');
      rmSync(file, { recursive: true, force: true });
      mkdirSync(file);
      await client.config('SET', 'save', '3600 1000000');
      await client.bgsave();
      await until(async () => (await client.info('persistence')).includes('rdb_last_bgsave_status:err'));
    },
    end: ({ client }) => client.config('SET', 'save', ''),
  },
};

describe('While Redis refuses', () => {
  const site = onRedis('refusals');
  afterEach(async () => {
    for (const { end } of Object.values(REFUSALS)) await end(site.redis);
  });

  for (const [code, { begin, end }] of Object.entries(REFUSALS)) {
    it(`${code}: a stream waits, others may end meanwhile, and each task runs once`, async () => {
      const queue = site.newQueue();
      const machine = new Heard();
      const here = site.machine(queue, 2, { onError: machine.onError });
      const heard = new Heard();
      const pool = site.pool(queue, { size: 6, onError: heard.onError });
      const got: number[] = [];
      const results = all(
        range(0, 60).pipe(
          parallelMap((worker, n) => worker.slow(n, 10), pool, { batch: 1, onError: 'skip' }),
          tap((n) => got.push(n)),
        ),
      );
      const other = range(100, 50)
        .pipe(parallelMap((worker, n) => worker.slow(n, 10), pool, { concurrency: 2, batch: 1 }))
        .subscribe();
      await until(() => got.length > 10);
      await begin(site.redis);
      const running = range(1000, 1)
        .pipe(parallelMap((worker, n) => worker.slow(n, 1), pool))
        .subscribe();
      other.unsubscribe();
      running.unsubscribe();
      await heard.hears(code);
      await machine.hears(code);
      await wait(300);
      await end(site.redis);
      expect(await results).toEqual(numbers(60));
      expect(here.said('begun').filter((n) => n < 100)).toEqual(numbers(60));
      // Once, however many questions were refused, and how often.
      expect(heard.errors.filter(({ message }) => message.includes(code)).length).toBeLessThanOrEqual(2);
      await site.closes(pool, queue);
    });

    it(`${code}: the signal of a running task aborts when its stream has ended`, async () => {
      const queue = site.newQueue();
      const here = site.machine(queue, 1);
      const pool = site.pool(queue);
      const subscription = range(0, 1)
        .pipe(parallelMap((worker, n) => worker.untilAborted(n), pool))
        .subscribe();
      await here.hears('begun', 1);
      await begin(site.redis);
      subscription.unsubscribe();
      expect(await here.hears('aborted', 1)).toEqual([0]);
      await end(site.redis);
      await site.closes(pool, queue);
    });
  }

  it('again and again for moments: no task fails', async () => {
    const queue = site.newQueue();
    site.machine(queue, 2);
    const pool = site.pool(queue, { size: 12 });
    const over = new AbortController();
    const results = all(range(0, 400).pipe(parallelMap((worker, n) => worker.twice(n), pool, { batch: 4 })));
    const moments = (async () => {
      while (!over.signal.aborted) {
        await REFUSALS['NOREPLICAS']!.begin(site.redis);
        await wait(2);
        await REFUSALS['NOREPLICAS']!.end(site.redis);
        await wait(20);
      }
    })();
    expect(await results).toEqual(numbers(400).map((n) => 2 * n));
    over.abort();
    await moments;
    await site.closes(pool, queue);
  });

  it('out of memory while machines report: all results come', async () => {
    const queue = site.newQueue();
    const here = site.machine(queue, 2);
    const pool = site.pool(queue, { size: 40 });
    const results = all(
      range(0, 40).pipe(parallelMap((worker, n) => worker.untilReleased(n), pool, { batch: 1, onError: 'skip' })),
    );
    for (let begun = 2; begun <= 40; begun += 2) {
      await here.hears('begun', begun);
      if (begun === 20) await REFUSALS['OOM']!.begin(site.redis);
      here.release();
      if (begun === 20) {
        await wait(300);
        await REFUSALS['OOM']!.end(site.redis);
      }
    }
    expect(await results).toEqual(numbers(40));
    await site.closes(pool, queue);
  });

  it('longer than refusalTimeout: the streams end, in every mode, and the pool is as new', async () => {
    const queue = site.newQueue();
    site.machine(queue, 1);
    const pool = site.pool(queue, { refusalTimeout: 200 });
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await REFUSALS['OOM']!.begin(site.redis);
    const stream = range(0, 3).pipe(parallelMap((worker, n) => worker.twice(n), pool, { onError: 'skip' }));
    const error = await reason(all(stream));
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toMatch(/cannot be used: Redis has refused for 200 ms \(refusalTimeout .*\): OOM/);
    await REFUSALS['OOM']!.end(site.redis);
    expect(await pool.run((worker) => worker.twice(2))).toBe(4);
    await site.closes(pool, queue);
  });

  it('longer than refusalTimeout, beside a task that runs: machines know at once that nobody waits', async () => {
    const queue = site.newQueue();
    const here = site.machine(queue, 1);
    const pool = site.pool(queue, { refusalTimeout: 200 });
    const running = reason(pool.run((worker) => worker.untilReleased(1)));
    await here.hears('begun', 1);
    const alive = `bull:${queue}:rxjs-parallel:*`;
    expect((await site.redis.client.keys(alive)).length).toBe(1);
    await REFUSALS['OOM']!.begin(site.redis);
    const refused = reason(pool.run((worker) => worker.twice(1)));
    for (const error of [await refused, await running]) expect(error).toBeInstanceOf(WorkerInitError);
    await until(async () => (await site.redis.client.keys(alive)).length === 0);
    await REFUSALS['OOM']!.end(site.redis);
    here.release();
    expect(await pool.run((worker) => worker.twice(2))).toBe(4);
    await pool.close();
  });

  it('longer than refusalTimeout, while all jobs are out: the streams end, though the producer has nothing to write', async () => {
    const queue = site.newQueue();
    const here = site.machine(queue, 1);
    const pool = site.pool(queue, { size: 1, refusalTimeout: 200 });
    const running = reason(pool.run((worker) => worker.untilReleased(1)));
    await here.hears('begun', 1);
    const waiting = reason(pool.run((worker) => worker.twice(1)));
    await REFUSALS['OOM']!.begin(site.redis);
    here.release();
    for (const error of [await running, await waiting]) {
      expect(error).toBeInstanceOf(WorkerInitError);
      expect(error.message).toMatch(/cannot be used: Redis has refused for 200 ms \(refusalTimeout .*\): OOM/);
    }
    await REFUSALS['OOM']!.end(site.redis);
    expect(await pool.run((worker) => worker.twice(2))).toBe(4);
    await pool.close();
  });

  it('a machine hears of it at once, then once a second with a count, and does not spin', async () => {
    const queue = site.newQueue();
    const heard = new Heard();
    site.machine(queue, 2, { onError: heard.onError });
    const pool = site.pool(queue);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await REFUSALS['READONLY']!.begin(site.redis);
    await until(() => heard.errors.length >= 3);
    await REFUSALS['READONLY']!.end(site.redis);
    for (const [at, time] of heard.times.entries())
      if (at > 0) expect(time - heard.times[at - 1]!).toBeGreaterThan(900);
    // Some for each loop of the machine, and more than it has reported.
    expect(heard.total).toBeLessThan(200);
    expect(await pool.run((worker) => worker.twice(3))).toBe(6);
    await site.closes(pool, queue);
  });

  it('longer than a lock lasts: the machine that holds the job goes on with it', async () => {
    const queue = site.newQueue();
    const heard = new Heard();
    const here = site.machine(queue, 1, { lockDuration: 400, stalledInterval: 60_000, onError: heard.onError });
    const pool = site.pool(queue);
    const result = pool.run((worker) => worker.untilReleased(5));
    await here.hears('begun', 1);
    await REFUSALS['NOREPLICAS']!.begin(site.redis);
    here.release();
    await heard.hears('NOREPLICAS');
    const [lock] = await site.redis.client.keys(`bull:${queue}:*:lock`);
    expect(lock).toBeDefined();
    await until(async () => (await site.redis.client.exists(lock!)) === 0);
    await REFUSALS['NOREPLICAS']!.end(site.redis);
    // The next look for stalled jobs is in a minute.
    expect(await result).toBe(5);
    expect(here.said('begun')).toEqual([5]);
    await site.closes(pool, queue);
  });
});
