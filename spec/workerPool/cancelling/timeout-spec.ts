import { lastValueFrom, of } from 'rxjs';
import { TaskTimeoutError, parallelMap, taskOf, workerPool } from '../../../lib/index.ts';
import { cellsOf, shares } from '../../support/cells.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';
import type { StartApi } from '../../fixtures/start.worker.ts';
import { start } from '../../support/starting.ts';

const range = (length: number): IterableIterator<number> => Array.from({ length }).keys();

function blockHost(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('timeout', () => {
  for (const how of ['loop', 'never'] as const)
    it(`ends a task that never does (${how}); the others have their results from another worker`, async () => {
      await using faulty = new FaultyPool(1);
      const outcomes = await faulty.settle(range(6), (worker, n) => (n === 3 ? worker[how]() : worker.echo(n)), {
        timeout: 400,
      });
      const failed = reasons(outcomes);
      expect([...failed.keys()]).toEqual([3]);
      const error = failed.get(3) as TaskTimeoutError;
      expect(error).toBeInstanceOf(TaskTimeoutError);
      expect(error.message).toBe('Task 3 ran longer than its timeout of 400 ms');
      expect(taskOf(error)).toEqual({ index: 3, input: 3 });
      expect(faulty.workers.length).toBe(2);
      expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ completed: 5, failed: 1, restarts: 1 }));
    });

  it('does not count the time in which a task waits for a worker', async () => {
    await using faulty = new FaultyPool(1);
    const outcomes = await faulty.settle(range(30), (worker) => worker.busy(25), { timeout: 600 });
    expect([...reasons(outcomes)]).toEqual([]);
    expect(faulty.workers.length).toBe(1);
  });

  it('does not count the time in which its worker starts', async () => {
    await using pool = workerPool<StartApi>(() => start('slowly'), 1);
    await expectAsync(pool.run((worker) => worker.echo('done'), { timeout: 500 })).toBeResolvedTo('done');
  });

  it('does not count the time before the worker has read its message, where memory is shared', async () => {
    await using faulty = new FaultyPool(1);
    // Where it counts, this page may itself be late by seconds.
    await faulty.pool.run((worker) => worker.busyAfter(0, shares ? 700 : 4000));
    const result = faulty.pool.run((worker) => worker.echo('done'), { timeout: 300 });
    await (shares
      ? expectAsync(result).toBeResolvedTo('done')
      : expectAsync(result).toBeRejectedWithError(TaskTimeoutError));
    expect(faulty.workers.length).toBe(1);
  });

  it('does not count the time in which the main thread is blocked', async () => {
    await using faulty = new FaultyPool(1);
    await faulty.pool.run((worker) => worker.echo('up'));
    const result = faulty.pool.run((worker) => worker.echo('done'), { timeout: 500 });
    blockHost(700);
    await expectAsync(result).toBeResolvedTo('done');
    expect(faulty.workers.length).toBe(1);
  });

  it('takes nothing from the tasks of another stream at the same worker', async () => {
    await using faulty = new FaultyPool(1);
    const tally = shares ? cellsOf(1000) : undefined;
    const [timed, untimed] = await Promise.all([
      faulty.settle(range(5), (worker, n) => (n % 2 === 1 ? worker.never() : worker.echo(n)), { timeout: 30 }),
      faulty.settle(range(1000), (worker) => worker.count(tally)),
    ]);
    expect([...reasons(timed).keys()]).toEqual([1, 3]);
    expect([...reasons(untimed)]).toEqual([]);
    if (tally !== undefined) expect(new Set(tally)).toEqual(new Set([1]));
  });

  it('without onError the stream errors, and the pool goes on', async () => {
    await using faulty = new FaultyPool(1);
    const stream = of(0, 1).pipe(
      parallelMap((worker, n) => (n === 0 ? worker.never() : worker.echo(n)), faulty.pool, { timeout: 30 }),
    );
    await expectAsync(lastValueFrom(stream)).toBeRejectedWithError(TaskTimeoutError);
    await expectAsync(faulty.pool.run((worker) => worker.echo('on'))).toBeResolvedTo('on');
  });
});
