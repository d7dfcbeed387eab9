import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { PoolClosedError, TaskTimeoutError } from 'rxjs-parallel';
import { FaultyPool } from './faulty.ts';

/** What a program prints that runs `text` after it has made `pool`, with one worker up. */
async function printed(text: string): Promise<string> {
  const program = `
    import { of } from 'rxjs';
    import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
    const url = ${JSON.stringify(new URL('../primes.worker.js', import.meta.url))};
    const pool = workerPool(() => new Worker(url, { type: 'module' }), 1);
    await pool.run((worker) => worker.count(10));
    ${text}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout;
}

describe('A pool that is closing', () => {
  it('keeps the process alive until it is closed, though nobody waits for the task that still runs', async () => {
    const out = await printed(`
      of(1_000_000).pipe(parallelMap((worker, n) => worker.count(n), pool)).subscribe().unsubscribe();
      await pool.close();
      console.log('closed');`);
    expect(out).toBe('closed\n');
  });
});

describe('A pool that is closed', () => {
  it('has ended its workers, also those that it had given up or that are in an endless loop', async () => {
    const { pool, workers } = new FaultyPool(2);
    const looping = pool.run((worker) => worker.loop());
    await expectAsync(pool.run((worker) => worker.loop(), { timeout: 50 })).toBeRejectedWithError(TaskTimeoutError);
    const closed = pool.close({ drain: false }).then(() => workers.map((worker) => (worker as NodeWorker).threadId));
    await expectAsync(looping).toBeRejectedWithError(PoolClosedError);
    expect(await closed).toEqual([-1, -1]);
  });
});

describe('A pool that is idle', () => {
  it('lets the process end', async () => {
    expect(await printed(`console.log(pool.stats().idle);`)).toBe('1\n');
  });
});
