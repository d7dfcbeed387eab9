import { lastValueFrom, range, toArray } from 'rxjs';
import { Worker, type WorkerPool, parallelMap } from '../../../lib/index.ts';
import { Pool, spawn } from 'threads';
import type { FaultyApi } from '../../fixtures/faulty.worker.ts';

describe('A threads.js Pool', () => {
  it('lends its threads to a stream, and has them back', async () => {
    const pool = Pool(
      () =>
        spawn<FaultyApi>(
          new Worker(new URL('../../fixtures/faulty.worker.js', import.meta.url), { type: 'module' }) as never,
        ),
      2,
    );
    const results = range(0, 20).pipe(
      parallelMap((worker, n) => worker.echo(n), pool as never as WorkerPool<FaultyApi>),
      toArray(),
    );
    expect(await lastValueFrom(results)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await expectAsync(Promise.resolve(pool.queue((thread) => thread.echo('its own')))).toBeResolvedTo('its own');
    await pool.terminate();
  });
});
