import { lastValueFrom, range, toArray } from 'rxjs';
import { Worker, WorkerInitError, parallelMap, workerPool } from '../../../lib/index.ts';
import type { NeverApi } from '../../fixtures/neverBegins.worker.ts';

describe('A pool whose workers die before they begin anything', () => {
  it('gives up after few, however many tasks there are: whoever waits gets WorkerInitError, no task is blamed', async () => {
    let made = 0;
    const make = (): unknown => {
      made++;
      return new Worker(new URL('../../fixtures/neverBegins.worker.js', import.meta.url), { type: 'module' });
    };
    const pool = workerPool<NeverApi>(make, 2);
    const failing = lastValueFrom(
      range(0, 40).pipe(
        parallelMap((worker, n) => worker.echo(n), pool, { onError: 'settle' }),
        toArray(),
      ),
    );
    const error = (await failing.then(fail, (reason: unknown) => reason)) as WorkerInitError;
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toContain('before it had begun any task');
    expect(made).toBeGreaterThanOrEqual(3);
    expect(made).toBeLessThanOrEqual(4);
    await pool.close();
  });
});
