import { type Observable, from, range } from 'rxjs';
import {
  type ParallelOptions,
  Worker,
  type WorkerPool,
  parallelMapIterable,
  parallelMapUnordered,
  workerPool,
} from '../../../lib/index.ts';
import type { LifeApi } from '../../fixtures/workerLife.worker.ts';

const SHORT = 5;

/** Streams of a few tasks, each of which needs its worker idle: their cost is not known yet, or they have a time limit. */
const short: Record<string, (pool: WorkerPool<LifeApi>) => Observable<unknown>> = {
  'that pushes': (pool) => pushed(pool, {}),
  'with a timeout': (pool) => pushed(pool, { timeout: 60_000 }),
  'that is pulled': (pool) => from(parallelMapIterable([1, 2, 3, 4, 5], (worker, n) => worker.echo(n), pool)),
};
const pushed = (pool: WorkerPool<LifeApi>, options: Pick<ParallelOptions, 'timeout'>): Observable<unknown> =>
  range(0, SHORT).pipe(parallelMapUnordered((worker, n) => worker.echo(n), pool, { ...options, batch: 1 }));

describe('A short stream beside a long one that began before it', () => {
  for (const [what, begin] of Object.entries(short))
    it(`is held back by no more than what was on its way, and a turn for each of its own (${what})`, async () => {
      // A single worker, so that what is counted does not depend on how the machine shares out its cores.
      await using pool = workerPool<LifeApi>(
        () => new Worker(new URL('../../fixtures/workerLife.worker.js', import.meta.url), { type: 'module' }),
        1,
      );
      let passed = 0;
      await new Promise<void>((resolve) => {
        let done = 0;
        const long = range(0, 20_000)
          .pipe(parallelMapUnordered((worker, n) => worker.echo(n), pool, { batch: 1 }))
          .subscribe(() => {
            if (++done !== 100) return;
            begin(pool).subscribe({
              complete() {
                passed = done - 100;
                long.unsubscribe();
                resolve();
              },
            });
          });
      });
      // Two messages of it were on their way; then each has its turn.
      expect(passed).toBeLessThanOrEqual(2 + 2 * SHORT);
    });
});
