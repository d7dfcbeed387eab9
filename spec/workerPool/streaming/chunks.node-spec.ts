/** In which messages the values of a task travel. */
import { lastValueFrom, of, toArray } from 'rxjs';
import { Worker, WorkerCrashedError, type WorkerPool, parallelConcatMap, workerPool } from '../../../lib/index.ts';
import type { FrozenClockApi } from '../../fixtures/frozenClock.worker.ts';

/** `chunks` gets the number of values in each message. */
const open = (chunks: number[] = []): WorkerPool<FrozenClockApi> =>
  workerPool<FrozenClockApi>(() => {
    const worker = new Worker(new URL('../../fixtures/frozenClock.worker.js', import.meta.url), { type: 'module' });
    (worker as unknown as NodeJS.EventEmitter).on('message', (message) => {
      if (message?.type === 'rxjs-parallel:chunk') chunks.push(message.values.length);
    });
    return worker;
  }, 1);

describe('Values of a task that come faster than they travel', () => {
  for (const [buffer, sizes] of [
    [64, [1, ...Array(6).fill(32), 7]],
    [5, [1, ...Array(66).fill(3), 1]],
    [1, Array(200).fill(1)],
  ] as const)
    it(`travel in chunks of half of a buffer of ${buffer}, but for the first and the last`, async () => {
      const chunks: number[] = [];
      await using pool = open(chunks);
      const values = of(200).pipe(
        parallelConcatMap((worker, n) => worker.upTo(n), pool, { buffer }),
        toArray(),
      );
      expect(await lastValueFrom(values)).toHaveSize(200);
      expect(chunks).toEqual([...sizes]);
    });

  for (const [ends, says] of [
    ['exitsAfter', /exit/],
    ['diesAfter', /DIED/],
  ] as const)
    it(`come before the end of a worker that ${ends} them`, async () => {
      await using pool = open();
      const seen: unknown[] = [];
      const values = of(5).pipe(parallelConcatMap((worker, n) => worker[ends](n), pool));
      const end = values.forEach((value) => void seen.push(value));
      await expectAsync(end).toBeRejectedWithError(WorkerCrashedError, says);
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    });
});

describe('The last report of a task', () => {
  it('comes before the end of a worker that exits', async () => {
    await using pool = open();
    const reports: unknown[] = [];
    const onReport = ({ value }: { value: unknown }): void => void reports.push(value);
    const end = pool.run((worker) => worker.exitsReporting(3), { onReport });
    await expectAsync(end).toBeRejectedWithError(WorkerCrashedError);
    expect(reports).toEqual([1, 3]);
  });
});
