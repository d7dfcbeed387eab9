import { Subject } from 'rxjs';
import { type Call, type Remote, type RunOptions, Transfer, parallelMap } from '../../../lib/index.ts';
import { FaultyPool } from '../../support/faulty.ts';
import type { FaultyApi } from '../../fixtures/faulty.worker.ts';

describe('A stream of quick tasks that never pauses', () => {
  const buffer = (): ArrayBuffer => new ArrayBuffer(8);
  const others: [string, (worker: Remote<FaultyApi>) => Call<unknown>, RunOptions?][] = [
    ['of which nothing is known yet', (worker) => worker.echo(1)],
    ['that is timed', (worker) => worker.echo(1), { timeout: 10_000 }],
    ['whose input is moved', (worker) => worker.sizeOf(Transfer(buffer()))],
  ];
  for (const [what, fn, options] of others)
    it(`does not keep the only worker from a task ${what}`, async () => {
      await using faulty = new FaultyPool(1);
      const source = new Subject<number>();
      const subscription = await new Promise<{ unsubscribe(): void }>((resolve) => {
        let results = 0;
        // Each result is the next input: there is always something waiting.
        const callSite = source.pipe(parallelMap((worker, n) => worker.echo(n), faulty.pool)).subscribe(() => {
          if (++results === 10_000) resolve(callSite);
          source.next(results);
        });
        for (let n = 0; n < 4000; n++) source.next(n);
      });
      await expectAsync(faulty.pool.run(fn, options)).toBeResolved();
      subscription.unsubscribe();
      expect(faulty.workers.length).toBe(1);
    });
});
