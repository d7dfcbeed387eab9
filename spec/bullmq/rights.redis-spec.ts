/** Rights of users in Redis: one with just the rights that the guide 'Many machines' lists, and others. */
import { range } from 'rxjs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WorkerInitError, Worker, localPool, parallelMap, workerPool } from '../../lib/index.ts';
import { bullmqPool, serve } from '../../lib/bullmq/index.ts';
import type { Deeds } from '../support/deeds.ts';
import { Heard, all, numbers, onRedis, reason, until } from '../support/onRedis.ts';

/** As the guide has it, for the queue `primes`. */
const GUIDE = await readFile(fileURLToPath(new URL('../../../docs/guides/many-machines.md', import.meta.url)), 'utf8');
const RULES = /ACL SETUSER app on >secret ([^`]+?)\n```/.exec(GUIDE)![1]!.split(/\s+/);

describe('A user of Redis', () => {
  const site = onRedis('rights');

  const user = async (name: string, rules: readonly string[]) => {
    await site.redis.client.call('ACL', 'SETUSER', name, 'reset', 'on', '>secret', ...rules);
    return { ...site.redis.connection, username: name, password: 'secret' };
  };

  const rulesFor = (queue: string): string[] => RULES.map((rule) => rule.replaceAll('primes', queue));

  it('with just the rights of the guide does everything', async () => {
    const queue = site.newQueue();
    const connection = await user('app', rulesFor(queue));
    const heard = new Heard();
    const machine = site.machine(queue, 2, {
      connection,
      onError: heard.onError,
      stalledInterval: 100,
      lockDuration: 200,
    });
    const pool = site.pool(queue, { connection, onError: heard.onError, expireAfter: 300 });
    expect(await all(range(0, 300).pipe(parallelMap((worker, n) => worker.twice(n), pool)))).toEqual(
      numbers(300).map((n) => 2 * n),
    );
    const cancelled = range(0, 20)
      .pipe(parallelMap((worker, n) => worker.untilAborted(n), pool, { batch: 1 }))
      .subscribe();
    await machine.hears('begun', 2);
    cancelled.unsubscribe();
    await machine.hears('aborted', 2);
    expect(await pool.run((worker) => worker.slow(7, 700))).toBe(7);
    await site.closes(pool, queue);
    expect(heard.errors).toEqual([]);
    expect(await site.redis.client.call('ACL', 'LOG')).toEqual([]);
  });

  for (const lacks of ['channels', 'keys', 'EVALSHA']) {
    const without = (rules: readonly string[]): readonly string[] => {
      if (lacks === 'channels') return rules.filter((rule) => !rule.startsWith('&'));
      if (lacks === 'keys') return rules.map((rule) => (rule.startsWith('~') ? '~another:*' : rule));
      return [...rules, '-evalsha', '-eval'];
    };

    it(`without its ${lacks} gets an error that says so at once, from both sides`, async () => {
      const queue = site.newQueue();
      const connection = await user(`no-${lacks}`, without(rulesFor(queue)));
      const error = await reason(site.pool(queue, { connection }).run((worker) => worker.twice(1)));
      expect(error).toBeInstanceOf(WorkerInitError);
      expect(error.message).toContain('NOPERM');
      expect(error.message).toContain(`~bull:${queue}:*`);
      expect(error.message).toContain(`&bull:${queue}:rxjs-parallel:*`);
      if (lacks === 'EVALSHA') return;
      const workers = workerPool<Deeds>(() => new Worker(new URL('../fixtures/deeds.worker.js', import.meta.url)), 1);
      const heard = new Heard();
      const server = serve(workers, { queue, connection, onError: heard.onError });
      const refused = await reason(server.ready);
      expect(refused).toBeInstanceOf(WorkerInitError);
      expect(refused.message).toContain('cannot be served: NOPERM');
      expect(refused.message).toContain(`&bull:${queue}:rxjs-parallel:*`);
      expect(heard.errors).toContain(refused);
      await server.close();
      await workers.close();
    });
  }

  it('with a wrong password gets an error from both sides; a machine without onError emits a warning', async () => {
    const queue = site.newQueue();
    const connection = { ...(await user('right', rulesFor(queue))), password: 'wrong' };
    const error = await reason(site.pool(queue, { connection }).run((worker) => worker.twice(1)));
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toContain('cannot be used: WRONGPASS');
    const warned = spyOn(process, 'emitWarning');
    const server = serve(localPool({}), { queue, connection });
    const refused = await reason(server.ready);
    expect(refused).toBeInstanceOf(WorkerInitError);
    expect(refused.message).toContain('cannot be served: WRONGPASS');
    expect(warned.calls.allArgs()).toEqual([[refused]]);
    await server.close();
  });

  it('whose password was changed while a stream runs: it goes on while it is connected, then says why', async () => {
    const queue = site.newQueue();
    const connection = await user('rotated', rulesFor(queue));
    site.machine(queue, 1);
    const pool = site.pool(queue, { connection, size: 2 });
    expect(await pool.run((worker) => worker.twice(1))).toBe(2);
    const results = all(range(0, 20).pipe(parallelMap((worker, n) => worker.slow(n, 5), pool, { batch: 1 })));
    await site.redis.client.call('ACL', 'SETUSER', 'rotated', '>new', '<secret');
    expect(await results).toEqual(numbers(20));
    const stream = reason(all(range(0, 2).pipe(parallelMap((worker, n) => worker.untilReleased(n), pool))));
    await until(async () => (await site.redis.remaining(queue)).length > 0);
    await site.redis.client.client('KILL', 'USER', 'rotated');
    const error = await stream;
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toContain('cannot be used: WRONGPASS');
    const again = bullmqPool<Deeds>(queue, { connection: { ...connection, password: 'new' } });
    site.atEnd(() => again.close({ drain: false }));
    await again.close();
  });

  it('of a machine whose password was changed and is given back: the machine goes on', async () => {
    const queue = site.newQueue();
    const connection = await user('machine', rulesFor(queue));
    const heard = new Heard();
    const here = site.machine(queue, 1, { connection, onError: heard.onError });
    const pool = site.pool(queue);
    const result = pool.run((worker) => worker.untilReleased(3));
    await here.hears('begun', 1);
    await site.redis.client.call('ACL', 'SETUSER', 'machine', '>new', '<secret');
    await site.redis.client.client('KILL', 'USER', 'machine');
    here.release();
    await heard.hears('WRONGPASS');
    await site.redis.client.call('ACL', 'SETUSER', 'machine', '>secret');
    expect(await result).toBe(3);
    await site.closes(pool, queue);
  });
});
