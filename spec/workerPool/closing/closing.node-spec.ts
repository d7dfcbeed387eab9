import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { PoolClosedError, TaskTimeoutError } from '../../../lib/index.ts';
import { FaultyPool } from '../../support/faulty.ts';

/** What a program prints that runs `text` after it has made `pool`, with one worker of two up. */
async function printed(text: string): Promise<string> {
  const program = `
    import { of } from 'rxjs';
    import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
    const url = ${JSON.stringify(new URL('../../fixtures/faulty.worker.js', import.meta.url))};
    const pool = workerPool(() => new Worker(url, { type: 'module' }), { size: 2, idleTimeout: 2 ** 31 - 1 });
    await pool.run((worker) => worker.echo('up'));
    ${text}`;
  // One that does not end is ended, and its promise rejects.
  const limits = { timeout: 30_000 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], limits);
  return stdout;
}

describe('A pool that is closing', () => {
  it('keeps the process alive until it is closed, though nobody waits for the task that still runs', async () => {
    const out = await printed(`
      of(100).pipe(parallelMap((worker, ms) => worker.busy(ms), pool)).subscribe().unsubscribe();
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

describe('A pool that a listener closes when a task begins', () => {
  it('lets the process end, whatever timeout the task has', async () => {
    const plain = new URL('../../fixtures/plainThrowers.worker.js', import.meta.url);
    const out = await printed(`
      const plain = workerPool(() => new Worker(${JSON.stringify(plain)}, { type: 'module' }), 1);
      plain.events$.subscribe(({ type }) => { if (type === 'task:start') void plain.close({ drain: false }); });
      await plain.run((worker) => worker.give(1), { timeout: 2 ** 31 - 1 }).catch((error) => console.log(error.name));`);
    expect(out).toBe('PoolClosedError\n');
  });
});

describe('A pool that is idle', () => {
  it('lets the process end', async () => {
    expect(await printed(`console.log(pool.stats().idle);`)).toBe('1\n');
  });

  it('lets the process end, though a task that was cancelled still runs', async () => {
    const out = await printed(`
      let running;
      const started = pool.events$.subscribe(() => {
        started.unsubscribe();
        running.unsubscribe();
        console.log('cancelled');
      });
      running = of(60_000).pipe(parallelMap((worker, ms) => worker.busy(ms), pool, { terminateAfter: 1e9 })).subscribe();`);
    expect(out).toBe('cancelled\n');
  });

  it('lets the process end though a worker is not, which works on after its task: another has run the next', async () => {
    const out = await printed(`
      await pool.run((worker) => worker.busyAfter(0, 60_000));
      console.log(await pool.run((worker) => worker.echo('taken over')));`);
    expect(out).toBe('taken over\n');
  });
});
