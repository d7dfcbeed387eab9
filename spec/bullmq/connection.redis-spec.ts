/** Where Redis is, as programs say it, and options of ioredis that bite. */
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { range } from 'rxjs';
import { WorkerInitError, localPool, parallelMap } from '../../lib/index.ts';
import { type Connection, serve } from '../../lib/bullmq/index.ts';
import { RedisServer } from '../support/redis.ts';
import { type Deeds, deeds } from '../support/deeds.ts';
import { Heard, all, numbers, onRedis, reason } from '../support/onRedis.ts';

describe('A connection', () => {
  const site = onRedis('connection');

  /** A stream over machine and pool that are both connected so; nothing goes wrong. */
  const works = async (connection: Connection): Promise<void> => {
    const queue = site.newQueue();
    const heard = new Heard();
    const server = serve(localPool<Deeds>(deeds()), { queue, connection, onError: heard.onError });
    site.atEnd(() => server.close());
    const pool = site.pool(queue, { connection, onError: heard.onError });
    await server.ready;
    // A machine is idle longer than any of the limits below.
    await wait(300);
    expect(await all(range(0, 50).pipe(parallelMap((worker, n) => worker.twice(n), pool)))).toEqual(
      numbers(50).map((n) => 2 * n),
    );
    expect(await pool.run((worker) => worker.slow(4, 200))).toBe(4);
    expect(heard.errors).toEqual([]);
    await site.closes(pool, queue);
    await server.close();
  };

  it('by a URL object, by { url }, by a port alone, by text in the place of a number', async () => {
    const { port } = site.redis;
    const url = `redis://127.0.0.1:${port}`;
    const given = [
      new URL(url),
      { url },
      { url: new URL(url), db: 1 },
      { port },
      { host: '127.0.0.1', port: String(port) },
    ];
    for (const connection of given) await works(connection as Connection);
  });

  for (const options of [
    { commandTimeout: 100 },
    { socketTimeout: 100 },
    { blockingTimeout: 50, blockingTimeoutGrace: 1 },
    { stringNumbers: true },
    { replyMapping: 'resp3' },
    { protocol: 2 },
    { maxRetriesPerRequest: 1 },
    { enableOfflineQueue: false },
    { enableReadyCheck: false },
    { enableAutoPipelining: true },
    { lazyConnect: true },
    { autoResubscribe: false, autoResendUnfulfilledCommands: false },
    { retryStrategy: null },
    { reconnectOnError: () => true },
  ])
    it(`with ${Object.keys(options).join(' and ')}`, async () => {
      await works({ ...site.redis.connection, ...options });
      const client = new Redis({ ...site.redis.connection, ...(options as object), lazyConnect: true });
      await works(client);
      client.disconnect();
    });

  it('with options in its URL', async () => {
    const url = `redis://127.0.0.1:${site.redis.port}?commandTimeout=100&maxRetriesPerRequest=1&stringNumbers=true&lazyConnect=true`;
    await works(url);
    await works({ url });
  });

  it('to a Redis Cluster is refused by what it says', async () => {
    const other = await RedisServer.start({ 'cluster-enabled': 'yes', appendonly: 'no' });
    site.atEnd(() => other.end());
    await other.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    while (!((await other.client.call('CLUSTER', 'INFO')) as string).includes('cluster_state:ok')) await wait(20);
    const queue = site.newQueue();
    const error = await reason(site.pool(queue, { connection: other.connection }).run((worker) => worker.twice(1)));
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toMatch(/CROSSSLOT.* \(a Redis Cluster is not supported/);
    const heard = new Heard();
    const server = serve(localPool<Deeds>(deeds()), { queue, connection: other.connection, onError: heard.onError });
    const refused = await reason(server.ready);
    expect(refused).toBeInstanceOf(WorkerInitError);
    expect(refused.message).toContain('a Redis Cluster is not supported');
    await server.close();
  });
});
