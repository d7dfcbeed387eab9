/** Redis behind a Sentinel: another becomes the master while a stream runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { range, tap } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';
import { bullmqPool } from '../../lib/bullmq/index.ts';
import { RedisServer, freePort, program } from '../support/redis.ts';
import type { Deeds } from '../support/deeds.ts';
import { Here } from '../support/machine.ts';
import { all, numbers, until } from '../support/onRedis.ts';

const NAME = 'the-master';

describe('Behind a Sentinel', () => {
  let master: RedisServer;
  let replica: RedisServer;
  let watching: ChildProcess;
  let sentinel: Redis;
  let connection: { sentinels: { host: string; port: number }[]; name: string };

  beforeEach(async () => {
    master = await RedisServer.start();
    replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}` });
    const port = await freePort();
    const file = join(master.folder, 'sentinel.conf');
    const settings = [
      `port ${port}`,
      `dir ${master.folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${NAME} 500`,
      `sentinel failover-timeout ${NAME} 2000`,
    ];
    writeFileSync(file, `${settings.join('\n')}\n`);
    watching = spawn(program, [file, '--sentinel'], { stdio: 'ignore' });
    sentinel = new Redis({ host: '127.0.0.1', port }).on('error', () => {});
    // It learns of the replica from the master.
    await until(async () => {
      const found = (await sentinel.call('SENTINEL', 'REPLICAS', NAME)) as string[][];
      return found.length === 1 && found[0]!.includes('slave') && found[0]!.includes('ok');
    });
    connection = { sentinels: [{ host: '127.0.0.1', port }], name: NAME };
  });

  afterEach(async () => {
    sentinel.disconnect();
    const exit = once(watching, 'exit');
    watching.kill('SIGKILL');
    await exit;
    await master.end();
    await replica.end();
  });

  for (const how of ['has to give way', 'is killed'] as const)
    it(`the master ${how}: the stream goes on with the other`, async () => {
      const queue = 'sentinel';
      // Data that was not yet copied is missing, locks too: those tasks are sent again.
      const machine = new Here(2, { queue, connection, lockDuration: 1000, stalledInterval: 500 });
      const pool = bullmqPool<Deeds>(queue, { connection, size: 6, checkInterval: 200, expireAfter: 1000 });
      const got: number[] = [];
      const results = all(
        range(0, 120).pipe(
          parallelMap((worker, n) => worker.slow(n, 10), pool, { batch: 1, onError: 'skip' }),
          tap((n) => got.push(n)),
        ),
      );
      await until(() => got.length > 20);
      if (how === 'is killed') await master.stop('SIGKILL');
      else await sentinel.call('SENTINEL', 'FAILOVER', NAME);
      expect(await results).toEqual(numbers(120));
      await until(async () => (await replica.client.role())[0] === 'master');
      expect(await pool.run((worker) => worker.twice(4))).toBe(8);
      await pool.close();
      // Removals may be missing, too: machines sweep when the run is gone.
      await until(async () => (await replica.remaining(queue)).length === 0);
      await machine.end();
    });
});
