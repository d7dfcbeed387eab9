import { WorkerCrashedError, taskOf } from '../../lib/index.ts';
import { shares } from './cells.ts';
import { FaultyPool, reasons } from './faulty.ts';

/** The one failure of ten tasks whose fifth is faulty, on a pool of one; the other nine have their results. */
export async function failureOf(
  fault: (worker: Parameters<Parameters<FaultyPool['settle']>[1]>[0]) => any,
  settings: object = {},
): Promise<WorkerCrashedError> {
  await using faulty = new FaultyPool(1, settings);
  const outcomes = await faulty.settle(
    Array.from({ length: 10 }).keys(),
    (worker, n) => (n === 5 ? fault(worker) : worker.echo(n)),
    // Where it is not known which task of a message ran, all of them would fail.
    { batch: shares ? 'auto' : 1 },
  );
  expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : 'lost'))).toEqual([
    ...[0, 1, 2, 3, 4],
    'lost',
    ...[6, 7, 8, 9],
  ]);
  expect(faulty.workers.length).toBe(2);
  expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ completed: 9, failed: 1, restarts: 1, running: 0 }));
  await expectAsync(faulty.pool.run((worker) => worker.echo('alive'))).toBeResolvedTo('alive');
  const reason = reasons(outcomes).get(5) as WorkerCrashedError;
  expect(reason).toBeInstanceOf(WorkerCrashedError);
  expect(reason.message).toContain('while it ran task 5');
  expect(taskOf(reason)).toEqual({ index: 5, input: 5 });
  return reason;
}
