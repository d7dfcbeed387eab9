import { lastValueFrom, range, toArray } from 'rxjs';
import { type PoolEvent, TaskTimeoutError, Worker, parallelMap, workerPool } from '../../../lib/index.ts';
import { shares } from '../../support/cells.ts';
import type { ListeningApi } from '../../fixtures/listening.worker.ts';

const open = (size: number) =>
  workerPool<ListeningApi>(
    () => new Worker(new URL('../../fixtures/listening.worker.js', import.meta.url), { type: 'module' }),
    size,
  );

describe('A task that has asked for its signal, and whose time is up,', () => {
  for (const how of shares ? (['render', 'download'] as const) : (['download'] as const))
    it(`stops by itself, and costs no worker (${how})`, async () => {
      await using pool = open(2);
      const events: PoolEvent[] = [];
      pool.events$.subscribe((event) => events.push(event));
      const settled = await lastValueFrom(
        range(0, 6).pipe(
          parallelMap((worker) => worker[how](), pool, { timeout: 300, terminateAfter: 60_000, onError: 'settle' }),
          toArray(),
        ),
      );
      for (const each of settled)
        expect(each).toEqual(jasmine.objectContaining({ status: 'rejected', reason: jasmine.any(TaskTimeoutError) }));
      expect(settled.length).toBe(6);
      const stops = [
        ...(await Promise.all([pool.run((worker) => worker.stops()), pool.run((worker) => worker.stops())])),
      ].flat();
      expect(new Set(stops)).toEqual(new Set(['DOMException TimeoutError']));
      const count = (wanted: PoolEvent['type']): number => events.filter(({ type }) => type === wanted).length;
      expect(count('worker:start')).toBe(2);
      expect(count('worker:exit')).toBe(0);
      // The two that asked for the stops besides.
      expect(count('task:end')).toBe(8);
      expect(pool.stats()).toEqual(jasmine.objectContaining({ failed: 6, completed: 2, restarts: 0 }));
    });

  for (const how of ['deaf', 'deafLoop'] as const)
    it(`and does not stop, has its worker ended after that (${how})`, async () => {
      await using pool = open(1);
      const options = { timeout: 100, terminateAfter: 10, onError: 'settle' } as const;
      const settled = await lastValueFrom(
        range(0, 3).pipe(
          parallelMap((worker, n) => (n === 1 ? worker[how]() : worker.echo(n)), pool, options),
          toArray(),
        ),
      );
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(pool.stats()).toEqual(jasmine.objectContaining({ failed: 1, completed: 2, restarts: 1 }));
    });

  it('has its outcome before it has stopped', async () => {
    await using pool = open(1);
    const failing = lastValueFrom(
      range(0, 1).pipe(parallelMap((worker) => worker.deaf(), pool, { timeout: 300, terminateAfter: Infinity })),
    );
    await expectAsync(failing).toBeRejectedWithError(TaskTimeoutError, 'Task 0 ran longer than its timeout of 300 ms');
    expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 1, running: 1, failed: 1, restarts: 0 }));
    await pool.close({ drain: false });
  });
});
