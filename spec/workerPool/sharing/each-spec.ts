/** A call on every worker, and workers that are up before anybody waits for them. */
import { lastValueFrom, range, toArray } from 'rxjs';
import {
  CloneError,
  PoolClosedError,
  Transfer,
  Worker,
  WorkerInitError,
  type WorkerPool,
  type WorkerPoolOptions,
  localPool,
  parallelMap,
  workerPool,
} from '../../../lib/index.ts';
import type { ContractApi } from '../../contract/contractApi.ts';
import type { SetupApi, SetupData } from '../../fixtures/setup.worker.ts';

const made = (data: SetupData = {}, options: WorkerPoolOptions = {}): WorkerPool<SetupApi> =>
  workerPool<SetupApi>(
    () => new Worker(new URL('../../fixtures/setup.worker.js', import.meta.url), { type: 'module' }),
    { size: 2, data, ...options },
  );

describe('pool.warmUp', () => {
  it('resolves when the workers are up, their setup done', async () => {
    await using pool = made({ how: 'late' }, { size: 3 });
    await pool.warmUp(2);
    expect(pool.stats().workers).toBe(2);
    await pool.warmUp();
    expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 3, idle: 3, restarts: 0 }));
    await pool.warmUp(1);
  });

  it('rejects with what keeps them from starting', async () => {
    await using pool = made({ how: 'throws' });
    await expectAsync(pool.warmUp()).toBeRejectedWithError(WorkerInitError, /failed in its setup/);
    // Each call has a try of its own.
    await expectAsync(pool.warmUp(1)).toBeRejectedWithError(WorkerInitError, /failed in its setup/);
  });

  it('rejects where the pool is closed meanwhile, or was', async () => {
    const pool = made({ how: 'late' });
    const warmed = pool.warmUp();
    const closed = pool.close();
    await expectAsync(warmed).toBeRejectedWithError(PoolClosedError);
    await closed;
    await expectAsync(pool.warmUp()).toBeRejectedWithError(PoolClosedError);
  });

  it('says how many it can be', async () => {
    await using pool = made();
    await expectAsync(pool.warmUp(0)).toBeRejectedWithError(RangeError, /^pool\.warmUp: workers must be/);
    await expectAsync(pool.warmUp(3)).toBeRejectedWithError(RangeError, /at most the size of the pool \(2\), got 3/);
    await expectAsync(pool.warmUp('2' as never)).toBeRejectedWithError(TypeError, /^pool\.warmUp: workers must be/);
  });
});

describe('pool.each', () => {
  it('makes the call on every worker that is up', async () => {
    await using pool = made();
    expect(await pool.each((worker) => worker.add('x'))).toEqual([]);
    await pool.warmUp();
    expect(await pool.each((worker) => worker.add('x'))).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled', value: 1 },
    ]);
  });

  it('returns what each failed with', async () => {
    await using pool = made({ words: ['bad'] });
    await pool.warmUp();
    const outcomes = await pool.each((worker) => worker.failIf('bad'));
    expect(outcomes).toEqual([1, 2].map(() => ({ status: 'rejected', reason: new RangeError('bad') })));
  });

  it('waits at a worker that is busy, whatever that has to give back meanwhile', async () => {
    await using pool = workerPool<ContractApi>(
      () => new Worker(new URL('../../fixtures/contract.worker.js', import.meta.url), { type: 'module' }),
      2,
    );
    await pool.warmUp();
    const name = `each ${Math.random()}`;
    const channel = new BroadcastChannel(name);
    const begun = new Promise((resolve) => (channel.onmessage = resolve));
    const busy = pool.run((worker) => worker.untilReleased(name));
    await begun;
    const called = pool.each((worker) => worker.echo('each'), { keep: true });
    pool.pause();
    pool.resume();
    // Longer than it takes until what waits behind a task goes to an idle worker.
    await pool.run((worker) => worker.later(0, 100), { priority: 1 });
    channel.postMessage('end');
    await busy;
    channel.close();
    const one = { status: 'fulfilled', value: 'each' };
    expect(await called).toEqual([one, one] as never);
    expect(pool.stats().restarts).toBe(0);
  });

  it('is made by a worker in turn with its tasks, while streams run', async () => {
    await using pool = made();
    await pool.warmUp();
    const stream = lastValueFrom(
      range(1, 2000).pipe(
        parallelMap((worker, n) => worker.echo(n), pool),
        toArray(),
      ),
    );
    const outcomes = await pool.each((worker) => worker.add('y'));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await stream).toEqual(Array.from({ length: 2000 }, (_, at) => at + 1));
  });

  it('has an outcome on a worker that is replaced', async () => {
    await using pool = made({}, { size: 1, maxTasksPerWorker: 1 });
    await pool.warmUp();
    const outcomes = await Promise.all([1, 2, 3].map(() => pool.each((worker) => worker.times())));
    // Those for which the worker did not live long enough say so.
    const statuses = outcomes.flat().map(({ status }) => status);
    expect(statuses[0]).toBe('fulfilled');
    expect(statuses.length).toBe(3);
  });

  it('is kept for those that come later, before their first task', async () => {
    await using pool = made({ words: ['a'] });
    expect(await pool.each((worker) => worker.add('b'), { keep: true })).toEqual([]);
    await pool.each((worker) => worker.add('c'), { keep: true });
    const words = await Promise.all(Array.from({ length: 20 }, () => pool.run((worker) => worker.words())));
    for (const each of words) expect(each).toEqual(['a', 'b', 'c']);
  });

  it('is kept for one that is coming up', async () => {
    await using pool = made({ how: 'late', words: ['a'] }, { size: 1 });
    const first = pool.run((worker) => worker.words());
    await pool.each((worker) => worker.add('b'), { keep: true });
    expect(await first).toEqual(['a', 'b']);
    expect(await pool.run((worker) => worker.words())).toEqual(['a', 'b']);
  });

  it('has a worker not start in which a kept call fails', async () => {
    await using pool = made({ words: ['bad'] }, { size: 1 });
    await pool.each((worker) => worker.failIf('bad'), { keep: true });
    await expectAsync(pool.run((worker) => worker.words())).toBeRejectedWithError(WorkerInitError, /RangeError: bad/);
  });

  it('cannot move anything, nor send what cannot cross, and takes a call', async () => {
    await using pool = made();
    const bytes = new Uint8Array(4);
    await expectAsync(pool.each((worker) => worker.moved(Transfer(bytes, [bytes.buffer])))).toBeRejectedWithError(
      TypeError,
      /pool\.each: moved\(\) moves an argument/,
    );
    await expectAsync(pool.each((worker) => worker.echo(() => 1))).toBeRejectedWithError(CloneError);
    await expectAsync(pool.each(1 as never)).toBeRejectedWithError(
      TypeError,
      /pool\.each: fn must be a function, got 1/,
    );
    await expectAsync(pool.each((worker) => worker.words(), { keep: 1 as never })).toBeRejectedWithError(
      TypeError,
      /pool\.each: keep must be true or false, got 1/,
    );
  });

  it('rejects on a pool that is closed', async () => {
    const pool = made();
    await pool.close();
    await expectAsync(pool.each((worker) => worker.words())).toBeRejectedWithError(PoolClosedError);
  });

  it('is one call of localPool', async () => {
    const pool = localPool({ double: (n: number) => 2 * n, fail: () => Promise.reject(new RangeError('no')) });
    expect(await pool.each((worker) => worker.double(4))).toEqual([{ status: 'fulfilled', value: 8 }]);
    expect(await pool.each((worker) => worker.fail())).toEqual([{ status: 'rejected', reason: new RangeError('no') }]);
    await pool.warmUp();
    await pool.close();
  });
});
