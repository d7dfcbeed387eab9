import { once } from 'node:events';
import { createRequire } from 'node:module';
import { lastValueFrom, range, toArray } from 'rxjs';
import {
  PoolClosedError,
  TaskTimeoutError,
  Worker,
  WorkerCrashedError,
  WorkerInitError,
  type WorkerPool,
  parallelMap,
} from '../../../lib/index.ts';
import { Pool, spawn } from 'threads';
import type { FaultyApi } from '../../fixtures/faulty.worker.ts';

/** A threads.js Pool that is up, and its workers. */
async function openPool(size: number, copy = { Pool, spawn }) {
  const workers: (InstanceType<typeof Worker> & NodeJS.EventEmitter)[] = [];
  const pool = copy.Pool(async () => {
    const worker = new Worker(new URL('../../fixtures/faulty.worker.js', import.meta.url), { type: 'module' });
    workers.push(worker as never);
    return copy.spawn<FaultyApi>(worker as never);
  }, size);
  for (let nth = 0; nth < size; nth++) pool.queue((thread) => thread.echo(0));
  await pool.completed(true);
  return { pool, workers };
}

const echoed = (pool: unknown): Promise<unknown[]> =>
  lastValueFrom(
    range(0, 20).pipe(
      parallelMap((worker, n) => worker.echo(n), pool as WorkerPool<FaultyApi>),
      toArray(),
    ),
  );

describe('A thread of a threads.js Pool that has died while nobody used it', () => {
  it('is not used: those that live do the work', async () => {
    const { pool, workers } = await openPool(2);
    await Promise.all([once(workers[0]!, 'exit'), workers[0]!.terminate()]);
    expect(await echoed(pool)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await pool.terminate(true);
  });

  it('between two streams is not used either', async () => {
    const { pool, workers } = await openPool(2);
    await echoed(pool);
    // Our loans are its tasks.
    await pool.completed(true);
    await Promise.all([once(workers[1]!, 'exit'), workers[1]!.terminate()]);
    expect(await echoed(pool)).toHaveSize(20);
    await pool.terminate(true);
  });

  it('was the last: the stream errors', async () => {
    const { pool, workers } = await openPool(1);
    await Promise.all([once(workers[0]!, 'exit'), workers[0]!.terminate()]);
    await expectAsync(echoed(pool)).toBeRejectedWithError(WorkerInitError, /all that it had have died/);
    await pool.terminate(true);
  });
});

describe('A thread of a threads.js Pool that dies while it is lent', () => {
  it('and was the last: a later stream gets the reason', async () => {
    const { pool } = await openPool(1);
    const dying = range(0, 1).pipe(parallelMap((worker) => worker.exit(7), pool as never as WorkerPool<FaultyApi>));
    await expectAsync(lastValueFrom(dying)).toBeRejectedWithError(WorkerCrashedError);
    const says = /lends no thread: .*all that it had have died; one exited with code 7$/;
    await expectAsync(echoed(pool)).toBeRejectedWithError(WorkerInitError, says);
    await pool.terminate(true);
  });
});

describe('A thread that was lent and given back', () => {
  it('is listened to by nobody of ours, and is ended by nobody but its Pool', async () => {
    const { pool, workers } = await openPool(1);
    const [worker] = workers;
    const listening = (): number[] => worker!.eventNames().map((event) => worker!.listenerCount(event as 'message'));
    const before = listening();
    for (let nth = 0; nth < 3; nth++) {
      await echoed(pool);
      expect(listening()).not.toEqual(before);
      await pool.completed(true);
      expect(listening()).toEqual(before);
    }
    expect((worker as unknown as { threadId: number }).threadId).toBeGreaterThan(0);
    await pool.terminate(true);
    expect(workers.length).toBe(1);
  });
});

describe('A threads.js Pool that was terminated before any stream named it', () => {
  it('is closed for its streams', async () => {
    const { pool } = await openPool(1);
    await pool.terminate(true);
    await expectAsync(echoed(pool)).toBeRejectedWithError(PoolClosedError);
  });
});

describe('A Pool of another copy of threads.js than the one in our files', () => {
  const require = createRequire(import.meta.url);
  for (const path of Object.keys(require.cache)) if (path.includes('/threads/')) delete require.cache[path];
  const other = require('threads') as { Pool: typeof Pool; spawn: typeof spawn };

  it('lends threads that are ended as its own are', async () => {
    expect(other.spawn).not.toBe(spawn);
    const { pool, workers } = await openPool(2, other);
    const looping = range(0, 1).pipe(
      parallelMap((worker) => worker.loop(), pool as never as WorkerPool<FaultyApi>, { timeout: 50 }),
    );
    const ended = Promise.race(workers.map((worker) => once(worker, 'exit')));
    await expectAsync(lastValueFrom(looping)).toBeRejectedWithError(TaskTimeoutError);
    await ended;
    expect(await echoed(pool)).toHaveSize(20);
    await pool.terminate(true);
  });
});
