/** What many yielded values take in memory, on both sides: `VALUES=10000000` tries that many. */
import { Worker, parallelFlatMapIterable, workerPool } from '../../../lib/index.ts';
import type { StreamingApi } from '../../fixtures/streaming.worker.ts';
import { inUse } from '../../support/memory.ts';

const MB = 2 ** 20;

/** The most bytes in use here and in the worker while `count` values are given and read. */
async function most(count: number): Promise<{ host: number; worker: number }> {
  const url = new URL('../../fixtures/streaming.worker.js', import.meta.url);
  await using pool = workerPool<StreamingApi>(() => new Worker(url, { type: 'module' }), 1);
  let host = 0;
  let worker = 0;
  let read = 0;
  for await (const value of parallelFlatMapIterable([count], (remote, n) => remote.measured(n), pool)) {
    worker = value;
    if (read++ % (count / 20) === 0) host = Math.max(host, inUse());
  }
  expect(read).toBe(count + 1);
  return { host, worker };
}

describe('The memory of yielded values', () => {
  const values = Number(process.env['VALUES'] ?? 1_000_000);

  it(
    'is that of few, however many there are',
    async () => {
      await most(10_000);
      const few = await most(100_000);
      const many = await most(values);
      expect(many.worker).toBeLessThan(few.worker + 2 * MB);
      expect(many.host).toBeLessThan(few.host + 2 * MB);
    },
    60_000 + values / 10,
  );
});
