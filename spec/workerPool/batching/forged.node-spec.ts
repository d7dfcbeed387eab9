import { lastValueFrom, range, toArray } from 'rxjs';
import { Worker, type WorkerPool, parallelMap, workerPool } from '../../../lib/index.ts';
import type { Forger } from '../../fixtures/forger.worker.ts';

const SEEDS = 40;

describe('What a worker says that cannot be', () => {
  let pool: WorkerPool<Forger>;
  beforeAll(
    () =>
      (pool = workerPool(
        () => new Worker(new URL('../../fixtures/forger.worker.js', import.meta.url), { type: 'module' }),
        1,
      )),
  );
  afterAll(() => pool.close());

  /** Whatever becomes of the tasks, none has a wrong value, each has an outcome, and the pool goes on. */
  const play = async (how: string | number): Promise<number> => {
    expect(await pool.run((worker) => worker.arm(how))).toBe('armed');
    const stream = range(0, 30).pipe(
      parallelMap((worker, n) => worker.double(n), pool, { onError: 'settle' }),
      toArray(),
    );
    const outcomes = await lastValueFrom(stream);
    expect(outcomes.length).toBe(30);
    let failed = 0;
    for (const [n, outcome] of outcomes.entries())
      if (outcome.status === 'rejected') failed++;
      else
        expect(outcome.value)
          .withContext(String(how))
          .toBe(2 * n);
    expect(await pool.run((worker) => worker.double(4))).toBe(8);
    return failed;
  };

  it('costs that worker, and what it ran', async () => {
    // Then times are reported, too.
    const events = pool.events$.subscribe();
    for (const name of await pool.run((worker) => worker.names())) {
      const failed = await play(name);
      expect(failed).withContext(name).toBeLessThanOrEqual(1);
    }
    events.unsubscribe();
  });

  it('costs no more whatever it is', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await play(seed);
  });
});
