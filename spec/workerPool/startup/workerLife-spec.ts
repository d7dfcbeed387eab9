import { bufferCount, filter, firstValueFrom, lastValueFrom, range, tap, toArray } from 'rxjs';
import {
  PoolClosedError,
  type PoolEvent,
  TaskTimeoutError,
  Worker,
  WorkerInitError,
  type WorkerPool,
  type WorkerPoolOptions,
  parallelMap,
  workerPool,
} from '../../../lib/index.ts';
import type { LifeApi } from '../../fixtures/workerLife.worker.ts';

const open = (options: number | WorkerPoolOptions): WorkerPool<LifeApi> =>
  workerPool<LifeApi>(
    () => new Worker(new URL('../../fixtures/workerLife.worker.js', import.meta.url), { type: 'module' }),
    options,
  );
const event = (pool: WorkerPool<LifeApi>, wanted: PoolEvent['type']): Promise<PoolEvent> =>
  firstValueFrom(pool.events$.pipe(filter(({ type }) => type === wanted)));

/** How many of `tasks` tasks each worker has had. */
async function shares(pool: WorkerPool<LifeApi>, tasks: number): Promise<number[]> {
  const ids = await lastValueFrom(
    range(0, tasks).pipe(
      parallelMap((worker) => worker.who(), pool),
      toArray(),
    ),
  );
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()];
}

describe('maxTasksPerWorker', () => {
  it('ends a worker that has had that many, and starts another, however the tasks are grouped', async () => {
    await using pool = open({ size: 1, maxTasksPerWorker: 3 });
    expect(await shares(pool, 10)).toEqual([3, 3, 3, 1]);
    // The last has had one, and is not ended before its time.
    expect(await shares(pool, 2)).toEqual([2]);
    expect(await shares(pool, 1)).toEqual([1]);
  });

  it('of 1 gives each task a worker of its own', async () => {
    await using pool = open({ size: 2, maxTasksPerWorker: 1 });
    expect(await shares(pool, 5)).toEqual([1, 1, 1, 1, 1]);
  });

  it('counts for each worker', async () => {
    await using pool = open({ size: 2, maxTasksPerWorker: 4 });
    const counts = await shares(pool, 21);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    expect(counts.reduce((sum, count) => sum + count)).toBe(21);
  });
});

describe('idleTimeout', () => {
  it('ends a worker with nothing to do; the next task starts another', async () => {
    await using pool = open({ size: 1, idleTimeout: 10 });
    const ended = event(pool, 'worker:exit');
    const first = await pool.run((worker) => worker.who());
    await ended;
    expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, idle: 0 }));
    expect(await pool.run((worker) => worker.who())).not.toBe(first);
  });

  it('ends none that has something to do, and starts again with each task', async () => {
    await using pool = open({ size: 1, idleTimeout: 50 });
    // Each task takes longer than that, and comes before a worker has been idle for that long.
    const first = await pool.run((worker) => worker.later(100));
    expect(await pool.run((worker) => worker.later(100))).toBe(first);
    expect(await pool.run((worker) => worker.who())).toBe(first);
  });

  it('of 0 costs no task anything', async () => {
    await using pool = open({ size: 2, idleTimeout: 0 });
    const inputs = Array.from({ length: 200 }, (_, n) => n);
    for (let time = 0; time < 3; time++) {
      const results = range(0, 200).pipe(
        parallelMap((worker, n) => worker.echo(n), pool),
        toArray(),
      );
      expect(await lastValueFrom(results)).toEqual(inputs);
    }
  });
});

describe('idleTimeout and warmUp', () => {
  it('end no worker while others are waited for', async () => {
    // Each may be idle for no time at all until the last is up.
    await using pool = open({ size: 3, idleTimeout: 0 });
    const types: string[] = [];
    const over = firstValueFrom(
      pool.events$.pipe(
        tap(({ type }) => types.push(type)),
        filter(({ type }) => type === 'worker:exit'),
        bufferCount(3),
      ),
    );
    await pool.warmUp(3);
    expect(types).not.toContain('worker:exit');
    // From then on they are ended as ever.
    await over;
    expect(pool.stats().workers).toBe(0);
  });
});

describe('Closing a pool', () => {
  for (const drain of [true, false])
    it(`that is broken: it closes, and may be closed again (drain: ${drain})`, async () => {
      const pool = workerPool<LifeApi>(() => {
        throw new RangeError('no worker');
      }, 2);
      await expectAsync(pool.run((worker) => worker.who())).toBeRejectedWithError(WorkerInitError);
      await Promise.all([pool.close({ drain }), pool.close({ drain })]);
      await pool.close();
      await expectAsync(pool.run((worker) => worker.who())).toBeRejectedWithError(PoolClosedError);
    });

  for (const drain of [true, false])
    it(`whose workers are idle: they end (drain: ${drain})`, async () => {
      const pool = open(2);
      await shares(pool, 4);
      await pool.close({ drain });
      expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, running: 0 }));
    });

  it('with drain: false ends a task that never does', async () => {
    const pool = open(1);
    const begun = event(pool, 'task:start');
    const looping = pool.run((worker) => worker.loop());
    await begun;
    const closed = pool.close({ drain: false });
    await expectAsync(looping).toBeRejectedWithError(PoolClosedError);
    await closed;
    expect(pool.stats().workers).toBe(0);
  });

  it('waits for a task that never ends until its timeout', async () => {
    const pool = open(1);
    const looping = pool.run((worker) => worker.loop(), { timeout: 50 });
    const closed = pool.close();
    await expectAsync(looping).toBeRejectedWithError(TaskTimeoutError);
    await closed;
  });
});
