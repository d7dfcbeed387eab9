/** What may go wrong between machines. Each time: one outcome for each input, in order, and nothing of it remains in Redis. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue, Worker as BullWorker } from 'bullmq';
import { type Observable, lastValueFrom, range, tap, toArray } from 'rxjs';
import { Redis } from 'ioredis';
import {
  CloneError,
  PoolClosedError,
  Worker,
  WorkerCrashedError,
  WorkerInitError,
  localPool,
  parallelMap,
  taskOf,
  workerPool,
} from '../../lib/index.ts';
import { type BullmqPoolOptions, type ServeOptions, bullmqPool, serve } from '../../lib/bullmq/index.ts';
import { LAYOUT } from '../../lib/bullmq/shared/message.ts';
import { RedisServer } from '../support/redis.ts';
import { type Deeds, deeds } from '../support/deeds.ts';
import { Elsewhere, Here, run } from '../support/machine.ts';

const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const reason = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => Promise.reject(new Error('It did not reject')),
    (error: unknown) => error,
  );

/** Asks until it is so. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(20);
}

describe('Over BullMQ', () => {
  let redis: RedisServer;
  /** Those that do nothing but wait run beside the others; in processes of their own, since all here hear each other. */
  let beside: ReturnType<typeof startBeside>;
  const startBeside = () => ({
    allGone: allGone(),
    machineClosed: { gone: closedWithout('stop'), frozen: closedWithout('pause') },
    poolClosed: { gone: poolClosedWithout('stop'), frozen: poolClosedWithout('pause') },
  });
  let queues = 0;
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    beside = startBeside();
    const { allGone: machines, machineClosed, poolClosed } = beside;
    for (const each of [machines, ...Object.values(machineClosed), ...Object.values(poolClosed)]) each.catch(() => {});
  });
  afterAll(() => redis.end());
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const newQueue = (): string => `faults-${queues++}`;

  /** Nothing happens in it for 10 s. */
  const allGone = async () => {
    const queue = newQueue();
    const { connection } = redis;
    const options = { queue, connection, lockDuration: 1000, stalledInterval: 200 };
    const first = await Promise.all([Elsewhere.start(2, options), Elsewhere.start(2, options)]);
    const pool = bullmqPool<Deeds>(queue, { connection, size: 4 });
    const got: number[] = [];
    const whole = all(
      range(0, 40).pipe(
        parallelMap((worker, n) => worker.slow(n, 20), pool),
        tap((n) => got.push(n)),
      ),
    );
    await until(() => got.length > 5);
    await Promise.all(first.map((each) => each.end()));
    const before = got.length;
    await wait(10_000);
    const during = got.length;
    const second = await Elsewhere.start(2, options);
    const results = await whole;
    await pool.close();
    await second.end('SIGTERM');
    return { before, during, results, left: await redis.remaining(queue) };
  };

  /** It waits 5 s for Redis. */
  const closedWithout = async (how: 'stop' | 'pause') => {
    const queue = newQueue();
    const other = await RedisServer.start();
    const first = await Elsewhere.start(1, settings(queue, { concurrency: 1 }, other));
    const pool = bullmqPool<Deeds>(queue, { connection: other.connection, size: 2 });
    const results = all(range(0, 2).pipe(parallelMap((worker, n) => worker.untilReleased(n), pool, { batch: 1 })));
    await first.hears('begun', 1);
    await other[how]();
    const end = first.end('SIGTERM');
    await wait(100);
    first.release();
    await end;
    if (how === 'stop') await other.start();
    else other.resume();
    const second = await Elsewhere.start(2, settings(queue, {}, other));
    // Commands that came while Redis was frozen, it runs as it goes on.
    const again = await second.hears('begun', how === 'stop' ? 2 : 1);
    second.release();
    const got = await results;
    await pool.close();
    const left = await other.remaining(queue);
    await second.end();
    await other.end();
    return { again, results: got, left };
  };

  /** It waits 2 s for Redis. */
  const poolClosedWithout = async (how: 'stop' | 'pause') => {
    const queue = newQueue();
    const other = await RedisServer.start();
    const pool = bullmqPool<Deeds>(queue, { connection: other.connection });
    const live = reason(pool.run((worker) => worker.twice(1)));
    await until(async () => (await other.remaining(queue)).length > 0);
    await other[how]();
    await pool.close({ drain: false });
    await other.end();
    return live;
  };

  const settings = (queue: string, options: Partial<ServeOptions>, { connection }: RedisServer): ServeOptions => ({
    queue,
    connection,
    lockDuration: 1000,
    stalledInterval: 200,
    ...options,
  });

  const here = (queue: string, size = 2, options: Partial<ServeOptions> = {}, on = redis): Here => {
    const made = new Here(size, settings(queue, options, on));
    ends.push(() => made.end());
    return made;
  };

  const elsewhere = async (queue: string, size = 2): Promise<Elsewhere> => {
    const made = await Elsewhere.start(size, settings(queue, {}, redis));
    ends.push(() => made.end());
    return made;
  };

  const poolOn = (queue: string, options: Partial<BullmqPoolOptions> = {}, on = redis) => {
    const pool = bullmqPool<Deeds>(queue, { connection: on.connection, checkInterval: 200, ...options });
    ends.push(() => pool.close({ drain: false }));
    return pool;
  };

  /** The pool is closed, and nothing of it remains. */
  const closes = async (pool: ReturnType<typeof poolOn>, queue: string, on = redis): Promise<void> => {
    await pool.close();
    expect(await on.remaining(queue)).toEqual([]);
  };

  it('a machine is killed in the middle of a job: another runs it', async () => {
    const queue = newQueue();
    const first = await elsewhere(queue);
    const pool = poolOn(queue, { size: 4 });
    const results = all(range(0, 12).pipe(parallelMap((worker, n) => worker.slow(n, n === 1 ? 1000 : 20), pool)));
    await first.hears('begun', 2);
    await first.end();
    const second = here(queue);
    expect(await results).toEqual(numbers(12));
    expect(second.said('begun')).toContain(1);
    await closes(pool, queue);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`Redis is stopped by ${signal} in the middle of a stream, and started again`, async () => {
      const other = await RedisServer.start();
      ends.push(() => other.end());
      const queue = newQueue();
      here(queue, 2, {}, other);
      const pool = poolOn(queue, { size: 6 }, other);
      const got: number[] = [];
      const results = all(
        range(0, 60).pipe(
          parallelMap((worker, n) => worker.slow(n, 20), pool, { batch: 1 }),
          tap((n) => got.push(n)),
        ),
      );
      await until(() => got.length > 10);
      await other.stop(signal);
      await wait(500);
      await other.start();
      expect(await results).toEqual(numbers(60));
      await closes(pool, queue, other);
    });

  it('the event stream is trimmed to 100, and the producer busy', async () => {
    const queue = newQueue();
    const pool = poolOn(queue);
    here(queue);
    await pool.run((worker) => worker.twice(0));
    await redis.client.hset(`bull:${queue}:meta`, 'opts.maxLenEvents', 100);
    let seen = 0;
    const results = all(
      range(0, 3000).pipe(
        parallelMap((worker, n) => worker.twice(n), pool, { batch: 3 }),
        tap(() => {
          if (seen++ % 100 === 0) for (const end = performance.now() + 20; performance.now() < end;);
        }),
      ),
    );
    expect(await results).toEqual(numbers(3000).map((n) => 2 * n));
    expect(await redis.client.xlen(`bull:${queue}:events`)).toBeLessThan(400);
    await closes(pool, queue);
  });

  it("the producer's connection is cut, again and again", async () => {
    const queue = newQueue();
    here(queue);
    const connectionName = 'the-producer';
    const pool = poolOn(queue, { connection: { ...redis.connection, connectionName }, size: 8 });
    const got: number[] = [];
    const cut = async (): Promise<void> => {
      const clients = String(await redis.client.client('LIST')).split('\n');
      const ids = clients
        .filter((line) => line.includes(`name=${connectionName}`))
        .map((line) => /id=(\d+)/.exec(line)![1]!);
      expect(ids.length).toBeLessThanOrEqual(2);
      for (const id of ids) await redis.client.client('KILL', 'ID', id);
    };
    let cuts = 0;
    const results = all(
      range(0, 200).pipe(
        parallelMap((worker, n) => worker.slow(n, 5), pool, { batch: 2 }),
        tap((n) => {
          got.push(n);
          if (n % 40 === 20) void cut().then(() => cuts++);
        }),
      ),
    );
    expect(await results).toEqual(numbers(200));
    expect(cuts).toBeGreaterThan(2);
    await closes(pool, queue);
  });

  it('jobs are removed by hand: their tasks are sent again', async () => {
    const queue = newQueue();
    const pool = poolOn(queue, { size: 10 });
    const results = all(range(0, 30).pipe(parallelMap((worker, n) => worker.slow(n, 1), pool, { batch: 3 })));
    const bull = new Queue(queue, { connection: redis.connection });
    ends.push(() => bull.close());
    await until(async () => (await bull.getWaitingCount()) === 10);
    const [first, second] = await bull.getWaiting();
    expect(await bull.remove(first!.id!)).toBe(1);
    expect(await bull.remove(second!.id!)).toBe(1);
    await until(async () => (await bull.getWaitingCount()) === 10);
    await bull.drain();
    const one = here(queue, 1);
    expect(await results).toEqual(numbers(30));
    expect(one.said('begun')).toEqual(numbers(30));
    await closes(pool, queue);
  });

  it('Redis is emptied in the middle of a stream: what was out is sent again', async () => {
    const other = await RedisServer.start();
    ends.push(() => other.end());
    const queue = newQueue();
    here(queue, 2, {}, other);
    const pool = poolOn(queue, {}, other);
    const got: number[] = [];
    const results = all(
      range(0, 100).pipe(
        parallelMap((worker, n) => worker.slow(n, 5), pool, { batch: 1 }),
        tap((n) => got.push(n)),
      ),
    );
    await until(() => got.length > 10);
    await other.client.flushall();
    expect(await results).toEqual(numbers(100));
    await closes(pool, queue, other);
  });

  it('the job of a task is removed again and again: the task fails, and says so', async () => {
    const queue = newQueue();
    const pool = poolOn(queue, { checkInterval: 20 });
    const failed = reason(pool.run((worker) => worker.twice(1)));
    const bull = new Queue(queue, { connection: redis.connection });
    ends.push(() => bull.close());
    const removing = setInterval(() => void bull.drain(), 5);
    const error = await failed;
    clearInterval(removing);
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error.message).toBe('The job of task 0 was removed from the queue');
    await closes(pool, queue);
  });

  it('a task takes longer than its lock: it runs once', async () => {
    const queue = newQueue();
    here(queue, 1);
    const two = here(queue, 1);
    const pool = poolOn(queue);
    expect(await pool.run((worker) => worker.busy(7, 1500))).toBe(7);
    expect(two.said('begun')).toEqual([7]);
    await closes(pool, queue);
  });

  it('a stream with 1 000 waiting is unsubscribed: they leave Redis, and the signals of running ones abort', async () => {
    const queue = newQueue();
    const one = here(queue, 2);
    const pool = poolOn(queue, { size: 1002 });
    const subscription = range(0, 5000)
      .pipe(parallelMap((worker, n) => worker.untilAborted(n), pool, { batch: 1 }))
      .subscribe();
    await one.hears('begun', 2);
    const bull = new Queue(queue, { connection: redis.connection });
    ends.push(() => bull.close());
    await until(async () => (await bull.getWaitingCount()) === 1000);
    subscription.unsubscribe();
    expect(await one.hears('aborted', 2)).toEqual(one.said('begun'));
    expect(await pool.run((worker) => worker.twice(4))).toBe(8);
    expect(one.said('begun').length).toBe(2);
    await until(() => pool.stats().running === 0);
    await closes(pool, queue);
  });

  it('two producers share a queue, each with its own results', async () => {
    const queue = newQueue();
    here(queue);
    here(queue);
    const one = poolOn(queue, { size: 4 });
    const two = poolOn(queue, { size: 4 });
    const [twice, same] = await Promise.all([
      all(range(0, 300).pipe(parallelMap((worker, n) => worker.twice(n), one))),
      all(range(0, 100).pipe(parallelMap((worker, n) => worker.slow(n, 2), two))),
    ]);
    expect(twice).toEqual(numbers(300).map((n) => 2 * n));
    expect(same).toEqual(numbers(100));
    await one.close();
    await closes(two, queue);
  });

  it('a machine of another version lacks a method: those tasks fail by its name, and the others do not', async () => {
    const queue = newQueue();
    const { twice, slow } = deeds();
    const older = serve(localPool({ twice }), { queue, connection: redis.connection });
    const newer = serve(localPool({ twice, slow }), { queue, connection: redis.connection });
    ends.push(
      () => older.close(),
      () => newer.close(),
    );
    const pool = poolOn(queue, { size: 2 });
    const settled = await all(
      range(0, 40).pipe(
        parallelMap((worker, n): any => (n % 2 === 0 ? worker.twice(n) : worker.slow(n, 5)), pool, {
          onError: 'settle',
          batch: 1,
        }),
      ),
    );
    expect(settled.map(({ index }) => index)).toEqual(numbers(40));
    let failures = 0;
    for (const each of settled)
      if (each.status === 'fulfilled') expect(each.value).toBe(each.index % 2 === 0 ? 2 * each.index : each.index);
      else {
        failures++;
        expect(each.index % 2).toBe(1);
        expect(each.reason).toBeInstanceOf(TypeError);
        expect((each.reason as Error).message).toBe('The worker exposes no method "slow"; it exposes twice');
      }
    expect(failures).toBeGreaterThan(0);
    await closes(pool, queue);
  });

  it('a producer is killed: its jobs are removed, and the signals of its running tasks abort', async () => {
    const queue = newQueue();
    const options = { connection: redis.connection, size: 20, expireAfter: 600 };
    const producer = run('producer', { queue, options, method: 'untilReleased', count: 100, closes: false });
    const one = here(queue, 2);
    await one.hears('begun', 2);
    one.release();
    await one.hears('begun', 4);
    producer.kill('SIGKILL');
    await once(producer, 'exit');
    await until(async () => (await redis.remaining(queue)).length === 0);
    // Its workers, too, are free again.
    const pool = poolOn(queue);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await closes(pool, queue);
  });

  it('an idle pool lets the process end, a busy one does not', async () => {
    const queue = newQueue();
    const options = { connection: redis.connection };
    const producer = run('producer', { queue, options, method: 'twice', count: 3, closes: false });
    const values: unknown[] = [];
    producer.on('message', (value) => values.push(value));
    let ended = false;
    const exit = once(producer, 'exit').then(([code]) => {
      ended = true;
      return code as number;
    });
    await until(async () => (await redis.remaining(queue)).length > 0);
    await wait(300);
    expect(ended).toBeFalse();
    here(queue);
    expect(await exit).toBe(0);
    expect(values).toEqual([0, 2, 4]);
    expect(await redis.remaining(queue)).toEqual([]);
  });

  it('the process does not end before its pool is closed', async () => {
    const queue = newQueue();
    here(queue);
    const producer = run('producer', {
      queue,
      options: { connection: redis.connection },
      method: 'twice',
      count: 200,
      closes: true,
    });
    const said: unknown[] = [];
    producer.on('message', (message) => said.push(message));
    expect((await once(producer, 'exit'))[0]).toBe(0);
    expect(said.at(-1)).toBe('closed');
    expect(await redis.remaining(queue)).toEqual([]);
  });

  it('a machine is closed: it finishes what it runs, and takes no more', async () => {
    const queue = newQueue();
    const first = await elsewhere(queue, 2);
    const pool = poolOn(queue, { size: 6 });
    const results = all(range(0, 6).pipe(parallelMap((worker, n) => worker.untilReleased(n), pool, { batch: 1 })));
    await first.hears('begun', 2);
    const end = first.end('SIGTERM');
    await wait(100);
    first.release();
    await end;
    expect(first.said('begun')).toEqual([0, 1]);
    const second = here(queue, 4);
    expect(await second.hears('begun', 4)).toEqual([2, 3, 4, 5]);
    second.release();
    expect(await results).toEqual(numbers(6));
    await closes(pool, queue);
  });

  it('a machine is closed before Redis was there: it ends, and says that it was never ready', async () => {
    const heard: unknown[] = [];
    const connection = 'redis://127.0.0.1:1';
    const server = serve(localPool({}), { queue: newQueue(), connection, onError: (error) => heard.push(error) });
    const never = reason(server.ready);
    await until(() => heard.length > 0);
    await server.close();
    expect(await never).toBeInstanceOf(WorkerInitError);
    const before = heard.length;
    await wait(100);
    expect(heard.length).toBe(before);
  });

  it('a task ends its worker: it fails, or runs again within crashRetries, and the others do not notice', async () => {
    const queue = newQueue();
    here(queue, 2);
    const pool = poolOn(queue, { size: 4 });
    const settled = await all(
      range(0, 20).pipe(
        parallelMap((worker, n): any => (n === 7 ? worker.exit() : worker.twice(n)), pool, {
          onError: 'settle',
          batch: 5,
        }),
      ),
    );
    expect(settled.filter(({ status }) => status === 'rejected').map(({ index }) => index)).toEqual([7]);
    const error = (settled[7] as { reason: any }).reason;
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error.exitCode).toBe(7);
    const again = await reason(
      all(range(0, 1).pipe(parallelMap((worker) => worker.exit(), pool, { crashRetries: 2 }))),
    );
    expect(again).toBeInstanceOf(WorkerCrashedError);
    expect(pool.stats().failed).toBe(2);
    await closes(pool, queue);
  });

  it('jobs in the queue that are not from here run no task, and fail with the reason', async () => {
    const queue = newQueue();
    const bull = new Queue(queue, { connection: redis.connection });
    ends.push(() => bull.close());
    const forged = { layout: LAYOUT, run: 'r0', methods: ['twice'], args: ['[[1],2]'], indices: [0], timeout: 'x' };
    const jobs = [await bull.add('mail', { to: 'you' }), await bull.add('twice', forged)];
    here(queue);
    const pool = poolOn(queue);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await until(async () => (await bull.getFailedCount()) === 2);
    const failed = await Promise.all(jobs.map((job) => bull.getJob(job.id!)));
    expect(failed.map((job) => job!.failedReason)).toEqual([
      `The job was not made by this version of rxjs-parallel (its layout is undefined, not ${LAYOUT})`,
      'The job is not as rxjs-parallel makes them',
    ]);
    await pool.close();
    await bull.obliterate();
  });

  for (const [what, report] of Object.entries({
    'is no report': { fates: ['value'] },
    'has values that are none': { fates: ['value'], values: ['[[1,'], times: [0, 0], ms: 1, unable: null },
    'has errors that are none': { fates: ['error'], values: ['[7]'], times: [0, 0], ms: 1, unable: null },
    'is about no task': { fates: [], values: [], times: [], ms: 1, unable: null },
  }))
    it(`a report that ${what} does no harm: its task fails, or is sent again`, async () => {
      const queue = newQueue();
      const forging = new BullWorker(queue, (job) => job.updateData({ layout: LAYOUT, ...report }), {
        connection: redis.connection,
      });
      const pool = poolOn(queue, { checkInterval: 50 });
      const result = pool.run((worker) => worker.twice(1)).catch((error: unknown) => error);
      await once(forging, 'completed');
      await forging.close();
      here(queue);
      if (what.includes('none')) {
        expect(await result).toBeInstanceOf(CloneError);
        expect(((await result) as Error).message).toMatch(/twice\(\).* came unreadable: /);
      } else expect(await result).toBe(2);
      await closes(pool, queue);
    });

  it('calls nothing but what is exposed', async () => {
    const queue = newQueue();
    here(queue);
    const pool = poolOn(queue);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'rxjs-parallel', 'call', '']) {
      const error = await reason(pool.run((worker) => (worker as any)[name](1)));
      expect(error).withContext(name).toBeInstanceOf(TypeError);
      expect(error.message).toContain(`The worker exposes no method "${name}"; it exposes twice,`);
    }
    await closes(pool, queue);
  });

  it('a machine whose workers do not start says so, to the streams and on its side', async () => {
    const queue = newQueue();
    const broken = workerPool(() => new Worker(new URL('./no-such.worker.js', import.meta.url), { type: 'module' }), 1);
    const heard: unknown[] = [];
    const server = serve(broken, { queue, connection: redis.connection, onError: (error) => heard.push(error) });
    ends.push(
      () => server.close(),
      () => broken.close({ drain: false }),
    );
    const pool = poolOn(queue);
    const error = await reason(
      all(range(0, 3).pipe(parallelMap((worker, n) => worker.twice(n), pool, { onError: 'settle' }))),
    );
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toContain('no-such.worker.js');
    expect(heard.length).toBeGreaterThan(0);
    expect(heard[0]).toBeInstanceOf(WorkerInitError);
    await closes(pool, queue);
  });

  it('takes a URL, or a client, of which it makes copies', async () => {
    const queue = newQueue();
    here(queue);
    const client = new Redis({ ...redis.connection, connectionName: 'mine' });
    for (const connection of [`redis://127.0.0.1:${redis.port}`, client]) {
      const pool = poolOn(queue, { connection });
      expect(await pool.run((worker) => worker.twice(2))).toBe(4);
      await closes(pool, queue);
    }
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it('while Redis is gone, nothing piles up to be asked', async () => {
    const other = await RedisServer.start();
    ends.push(() => other.end());
    const queue = newQueue();
    const connection = new Redis({ ...other.connection, lazyConnect: true });
    const copies: Redis[] = [];
    connection.duplicate = (...args) => {
      const copy = Redis.prototype.duplicate.apply(connection, args);
      copies.push(copy);
      return copy;
    };
    const pool = poolOn(queue, { connection, checkInterval: 10, expireAfter: 100 });
    const result = pool.run((worker) => worker.twice(1));
    await until(async () => (await other.remaining(queue)).length > 0);
    const gone = Promise.all(copies.map((copy) => new Promise((resolve) => copy.once('close', resolve))));
    await other.stop();
    await gone;
    const asked = copies.flatMap((copy) => [spyOn(copy, 'pipeline'), spyOn(copy, 'multi')]);
    await wait(200);
    for (const each of asked) {
      expect(each).not.toHaveBeenCalled();
      each.and.callThrough();
    }
    await other.start();
    here(queue, 1, {}, other);
    expect(await result).toBe(2);
    await closes(pool, queue, other);
  });

  it('Redis goes while a pool is idle: it comes back with the next task', async () => {
    const other = await RedisServer.start();
    ends.push(() => other.end());
    const queue = newQueue();
    here(queue, 1, {}, other);
    const pool = poolOn(queue, { size: 1 }, other);
    expect(await pool.run((worker) => worker.twice(0))).toBe(0);
    await other.stop();
    await other.start();
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await closes(pool, queue, other);
  });

  it('fn closes the pool: nothing more of the stream is sent, and what was leaves Redis', async () => {
    const queue = newQueue();
    const pool = poolOn(queue);
    const one = here(queue);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    let closed: Promise<void> | undefined;
    const stream = range(0, 10).pipe(
      parallelMap((worker, n) => {
        if (n === 3) closed = pool.close({ drain: false });
        return worker.slow(n, 1);
      }, pool),
    );
    expect(await reason(all(stream))).toBeInstanceOf(PoolClosedError);
    await closed;
    expect(one.said('begun').filter((n) => n >= 3)).toEqual([]);
    expect(await redis.remaining(queue)).toEqual([]);
  });

  it('results that are large together come in several jobs', async () => {
    const queue = newQueue();
    here(queue);
    const pool = poolOn(queue, { maxPayload: 100_000 });
    const results = await all(range(0, 300).pipe(parallelMap((worker) => worker.large(10_000), pool)));
    expect(results.every((each) => each.length === 10_000)).toBeTrue();
    await closes(pool, queue);
  });

  it('says that Redis is not there, and is, once it is', async () => {
    const other = await RedisServer.start();
    ends.push(() => other.end());
    await other.stop();
    const queue = newQueue();
    const pool = poolOn(queue, { initTimeout: 200 }, other);
    const error = await reason(pool.run((worker) => worker.twice(1)));
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toMatch(
      /^The queue "faults-\d+" cannot be used: Redis has not answered within 200 ms \(.*\): .*ECONNREFUSED/,
    );
    expect(error.cause.cause.message).toContain('ECONNREFUSED');
    await other.start();
    here(queue, 1, {}, other);
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await closes(pool, queue, other);
  });

  it('says that Redis refuses', async () => {
    const other = await RedisServer.start();
    ends.push(() => other.end());
    await other.client.config('SET', 'requirepass', 'secret');
    const queue = newQueue();
    const refused = await reason(poolOn(queue, {}, other).run((worker) => worker.twice(1)));
    expect(refused).toBeInstanceOf(WorkerInitError);
    expect(refused.message).toMatch(/cannot be used: (?:NOAUTH|WRONGPASS)/);
    const connection = { ...other.connection, password: 'secret' };
    here(queue, 1, { connection });
    const pool = poolOn(queue, { connection });
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    await pool.close();
  });

  it('a machine whose pool is closed gives back what it has not begun', async () => {
    const queue = newQueue();
    const closed = localPool(deeds());
    await closed.close();
    const server = serve(closed, { queue, connection: redis.connection });
    ends.push(() => server.close());
    const pool = poolOn(queue);
    const result = pool.run((worker) => worker.twice(3));
    await server.ready;
    await wait(100);
    here(queue);
    expect(await result).toBe(6);
    await closes(pool, queue);
  });

  // Last, when they are there: specs on Redis run in the order in which they are written.
  it('all machines are gone for 10 s: the stream waits for them', async () => {
    const { before, during, left, results } = await beside.allGone;
    expect(before).toBeLessThan(40);
    // What was on its way from the machines when they were killed may still have come.
    expect(during).toBeLessThanOrEqual(before + 4);
    expect(results).toEqual(numbers(40));
    expect(left).toEqual([]);
  });

  for (const how of ['gone', 'frozen'] as const) {
    it(`a machine is closed while Redis is ${how}: it ends, and another runs what it could not report`, async () => {
      const { again, left, results } = await beside.machineClosed[how];
      expect(again).toEqual(how === 'gone' ? [0, 1] : [1]);
      expect(results).toEqual([0, 1]);
      expect(left).toEqual([]);
    });

    it(`a pool is closed while Redis is ${how}`, async () => {
      const error = await beside.poolClosed[how];
      expect(error).toBeInstanceOf(PoolClosedError);
      expect(taskOf(error)).toBeUndefined();
    });
  }
});
