/** How much may wait at a pool. */
import { NEVER, Subject, concat, range } from 'rxjs';
import {
  OverflowError,
  type WorkerPool,
  Worker,
  parallelMap,
  parallelMapIterable,
  workerPool,
} from '../../../lib/index.ts';
import type { PrimesApi } from '../../fixtures/primes.worker.ts';

const open = (size: number, maxQueue: number): WorkerPool<PrimesApi> =>
  workerPool<PrimesApi>(
    () => new Worker(new URL('../../fixtures/primes.worker.js', import.meta.url), { type: 'module' }),
    {
      size,
      maxQueue,
    },
  );

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'result',
    (error: unknown) => (error instanceof OverflowError ? error.message : String(error)),
  );
const FULL = (most: number): string =>
  `More than maxQueue (${most}) calls and values are waiting for the pool. Try again later, or raise maxQueue`;

describe('A pool with maxQueue', () => {
  it('rejects the calls past it at once, and goes on', async () => {
    await using pool = open(1, 3);
    await pool.run((worker) => worker.count(10));
    const calls = Array.from({ length: 8 }, () => outcome(pool.run((worker) => worker.count(300_000))));
    const outcomes = await Promise.all(calls);
    // One runs, and where tasks are known to be quick one more is at the worker.
    expect(outcomes.slice(0, 4)).toEqual(Array<string>(4).fill('result'));
    expect(outcomes.slice(5)).toEqual(Array<string>(3).fill(FULL(3)));
    expect(await outcome(pool.run((worker) => worker.count(10)))).toBe('result');
  });

  it('lets nothing wait where it is 0, but for a worker that is coming up', async () => {
    await using pool = open(2, 0);
    const call = (): Promise<string> => outcome(pool.run((worker) => worker.count(300_000)));
    expect(await Promise.all([call(), call(), call()])).toEqual(['result', 'result', FULL(0)]);
    const signal = new AbortController().signal;
    const limited = (): Promise<string> =>
      outcome(pool.run((worker) => worker.count(300_000), { signal, timeout: 60_000, deadline: 60_000 }));
    expect(await Promise.all([limited(), limited(), limited()])).toEqual(['result', 'result', FULL(0)]);
  });

  it('counts values that wait, over all streams, which do what their overflow says', async () => {
    await using pool = open(1, 10);
    await pool.run((worker) => worker.count(10));
    const waiting = new Subject<number>();
    const first = waiting.pipe(parallelMap((worker) => worker.count(300_000), pool)).subscribe({ error: fail });
    for (let n = 0; n < 9; n++) waiting.next(n);
    const said: unknown[] = [];
    concat(range(0, 20), NEVER)
      .pipe(parallelMap((worker, n) => worker.count(n), pool))
      .subscribe({ error: (error: Error) => said.push(error.message) });
    expect(said).toEqual([FULL(10)]);
    const dropping = range(0, 20)
      .pipe(parallelMap((worker, n) => worker.count(n), pool, { overflow: 'drop-newest' }))
      .subscribe();
    expect(pool.stats().dropped).toBeGreaterThan(0);
    dropping.unsubscribe();
    first.unsubscribe();
    // What has gone does not count any more.
    expect(await Promise.all([1, 2, 3].map((n) => outcome(pool.run((worker) => worker.count(n)))))).toEqual(
      Array<string>(3).fill('result'),
    );
  });

  it('counts nothing that a source has not been asked for', async () => {
    await using pool = open(1, 0);
    let results = 0;
    for await (const _ of parallelMapIterable(Array<number>(50).fill(10), (worker, n) => worker.count(n), pool))
      results++;
    expect(results).toBe(50);
  });

  it('is an integer, at least 0', () => {
    for (const bad of [-1, 0.5, Number.NaN])
      expect(() => open(1, bad)).toThrowError(RangeError, /^workerPool: maxQueue must/);
    expect(() => open(1, '1' as never)).toThrowError(TypeError, /^workerPool: maxQueue must/);
  });
});
