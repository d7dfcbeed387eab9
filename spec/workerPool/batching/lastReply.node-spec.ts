import { Worker, workerPool } from '../../../lib/index.ts';
import type { PrimesApi } from '../../fixtures/primes.worker.ts';

describe('The last outcome of a batch', () => {
  it('says that the batch is over: its worker is idle when the result is known', async () => {
    await using pool = workerPool<PrimesApi>(
      () => new Worker(new URL('../../fixtures/primes.worker.js', import.meta.url), { type: 'module' }),
      1,
    );
    for (const limit of [10, 300_000]) {
      await pool.run((worker) => worker.count(limit));
      expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 1, idle: 1, running: 0 }));
    }
  });
});
