import { lastValueFrom, range, toArray } from 'rxjs';
import { Worker, type WorkerPool, parallelMap } from '../../../lib/index.ts';
import { Pool, spawn } from 'threads';
import type { FaultyApi } from '../../fixtures/faulty.worker.ts';
import type { SetupApi } from '../../fixtures/setup.worker.ts';

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

  it('sets each worker up once, for its own calls and those of streams', async () => {
    const pool = Pool(
      () =>
        spawn<SetupApi>(
          new Worker(new URL('../../fixtures/setup.worker.js', import.meta.url), { type: 'module' }) as never,
        ),
      1,
    );
    const streamed = (): Promise<number[]> =>
      lastValueFrom(
        range(0, 3).pipe(
          parallelMap((worker) => worker.times(), pool as never as WorkerPool<SetupApi>),
          toArray(),
        ),
      );
    expect(await pool.queue((thread) => thread.times())).toBe(1);
    expect(await streamed()).toEqual([1, 1, 1]);
    expect(await pool.queue((thread) => thread.times())).toBe(1);
    await pool.terminate();
  });
});
