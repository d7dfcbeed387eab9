/** In which messages the values of a task travel. */
import { lastValueFrom, of, toArray } from 'rxjs';
import { Worker, parallelConcatMap, workerPool } from '../../../lib/index.ts';
import type { FrozenClockApi } from '../../fixtures/frozenClock.worker.ts';

describe('Values of a task that come faster than they travel', () => {
  for (const [buffer, sizes] of [
    [64, [1, ...Array(6).fill(32), 7]],
    [5, [1, ...Array(66).fill(3), 1]],
    [1, Array(200).fill(1)],
  ] as const)
    it(`travel in chunks of half of a buffer of ${buffer}, but for the first and the last`, async () => {
      const chunks: number[] = [];
      await using pool = workerPool<FrozenClockApi>(() => {
        const worker = new Worker(new URL('../../fixtures/frozenClock.worker.js', import.meta.url), { type: 'module' });
        (worker as unknown as NodeJS.EventEmitter).on('message', (message) => {
          if (message?.type === 'rxjs-parallel:chunk') chunks.push(message.values.length);
        });
        return worker;
      }, 1);
      const values = of(200).pipe(
        parallelConcatMap((worker, n) => worker.upTo(n), pool, { buffer }),
        toArray(),
      );
      expect(await lastValueFrom(values)).toHaveSize(200);
      expect(chunks).toEqual([...sizes]);
    });
});
