import { type WorkerPool, Worker, workerPool } from '../../lib/index.ts';
import { bullmqPool, serve } from '../../lib/bullmq/index.ts';
import { RedisServer } from '../support/redis.ts';
import { stores } from '../support/stores.ts';
import { contextContract } from './contextContract.ts';
import type { ContractApi } from './contractApi.ts';
import { carryContract } from './carryContract.ts';
import { poolContract } from './poolContract.ts';

describe('With a redis-server', () => {
  let redis: RedisServer;
  let queues = 0;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.end());

  const make = (size: number, carry?: () => object | undefined): WorkerPool<ContractApi> => {
    const queue = `contract-${queues++}`;
    const { connection } = redis;
    const workers = workerPool(
      () => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }),
      size,
    );
    const server = serve(workers, { queue, connection });
    const pool = bullmqPool<ContractApi>(queue, { connection, size, carry });
    const close: typeof pool.close = async (options) => {
      await pool.close(options);
      await server.close();
      await workers.close();
      expect(await redis.remaining(queue)).toEqual([]);
    };
    return Object.assign(Object.create(pool) as typeof pool, { close, [Symbol.asyncDispose]: () => close() });
  };

  poolContract('bullmqPool', {
    most: Infinity,
    copies: true,
    moves: false,
    // Its job is back with its outcome: it keeps its worker there, not its place here.
    keepsLate: false,
    oneVersion: false,
    mayStick: false,
    manyValues: false,
    grows: false,
    make,
  });

  carryContract('bullmqPool', (carry) => make(2, carry));

  it('says of what only machines can do where that is to be done', async () => {
    const pool = make(1);
    await expectAsync(pool.each((worker) => worker.echo(1))).toBeRejectedWithError(
      TypeError,
      /^pool\.each: .* serve\(\)$/,
    );
    await expectAsync(pool.warmUp(1)).toBeRejectedWithError(TypeError, /^pool\.warmUp: .* serve\(\)$/);
    await pool.close();
  });

  const opened = (size: number) => {
    const pool = make(size);
    return { pool, end: () => pool.close({ drain: false }) };
  };
  contextContract('bullmqPool', stores, opened, { calls: false });
});
