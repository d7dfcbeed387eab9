import type { Worker as NodeWorker } from 'node:worker_threads';
import { TaskTimeoutError, WorkerCrashedError } from '../../../lib/index.ts';
import { cellsOf, waitAsync } from '../../support/cells.ts';
import { failureOf } from '../../support/failing.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';

describe('A worker of Node that dies of a task', () => {
  it('by process.exit: the task fails with the exit code', async () => {
    const error = await failureOf((worker) => worker.exit(3));
    expect(error.exitCode).toBe(3);
    expect('cause' in error).toBeFalse();
  });

  it('by process.exit(0) from an async task: it fails all the same', async () => {
    const error = await failureOf((worker) => worker.exitAsync(0));
    expect(error.exitCode).toBe(0);
  });

  it('out of memory: the cause says so', async () => {
    const error = await failureOf((worker) => worker.outOfMemory(), { resourceLimits: { maxOldGenerationSizeMb: 16 } });
    expect(error.cause).toEqual(jasmine.objectContaining({ code: 'ERR_WORKER_OUT_OF_MEMORY' }));
    expect(error.exitCode).toBe(1);
  });

  it('by a floating rejection as it ends: the task that ran fails, not the next', async () => {
    const { cause } = await failureOf((worker) => worker.rejectAndReturn(5));
    expect((cause as Error).message).toBe('floating');
  });

  it('terminated from outside: the task fails', async () => {
    await using faulty = new FaultyPool(1);
    const cells = cellsOf(2);
    const failing = faulty.pool.run((worker) => worker.block(cells));
    await waitAsync(cells, 0);
    void faulty.workers[0]!.terminate();
    await expectAsync(failing).toBeRejectedWithError(WorkerCrashedError, /exited with code 1 while it ran task 0/);
    await expectAsync(faulty.pool.run((worker) => worker.echo(1))).toBeResolvedTo(1);
    expect(faulty.workers.length).toBe(2);
  });
});

describe('A task whose result takes its worker with it, when that is sent,', () => {
  it('fails alone, when it was run a second time: the others have their results', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(200);
    // Of another stream, so that the pool always gets on with something.
    const other = faulty.settle(Array.from({ length: 200 }).keys(), (worker, n) => worker.echo(n));
    const outcomes = await faulty.settle(Array.from({ length: 200 }).keys(), (worker, n) =>
      n === 150 ? worker.exitWhenSent(tally) : worker.count(tally),
    );
    const failed = reasons(outcomes);
    expect([...failed.keys()]).toEqual([150]);
    const reason = failed.get(150) as WorkerCrashedError;
    expect(reason).toBeInstanceOf(WorkerCrashedError);
    expect(reason.exitCode).toBe(7);
    expect(reason.message).toMatch(
      /^The worker \(.*\) exited with code 7 before the outcome of task 150 was here, for the second time$/,
    );
    expect(tally[150]).toBe(2);
    expect(Math.max(...tally)).toBe(2);
    expect([...reasons(await other)]).toEqual([]);
    expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ completed: 399, failed: 1, restarts: 2 }));
  });

  it('counts for crashRetries', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(2);
    const outcomes = await faulty.settle(
      [0, 1],
      (worker, n) => (n === 1 ? worker.exitWhenSent(tally) : worker.count(tally)),
      { crashRetries: 2 },
    );
    expect([...reasons(outcomes).keys()]).toEqual([1]);
    expect([...tally]).toEqual([1, 4]);
  });

  it('runs out of time where it is sent for ever', async () => {
    await using faulty = new FaultyPool(1);
    const outcomes = await faulty.settle([0, 1, 2], (worker, n) => (n === 1 ? worker.loopWhenSent() : worker.echo(n)), {
      timeout: 30,
    });
    expect([...reasons(outcomes)]).toEqual([[1, jasmine.any(TaskTimeoutError)]]);
    expect(faulty.workers.length).toBe(2);
  });
});

describe('A worker that dies between tasks', () => {
  for (const how of ['exitAfter', 'throwAfter'] as const)
    it(`${how}: no task fails, and the next gets another worker`, async () => {
      await using faulty = new FaultyPool(1);
      const first = await faulty.pool.run((worker) =>
        how === 'exitAfter' ? worker.exitAfter(1, 4) : worker.throwAfter(1, 'error'),
      );
      expect(first).toBe(1);
      const worker = faulty.workers[0] as never as NodeWorker;
      // It may have ended by now.
      if (worker.threadId !== -1) await new Promise((resolve) => worker.once('exit', resolve));
      await expectAsync(faulty.pool.run((next) => next.echo(2))).toBeResolvedTo(2);
      expect(faulty.workers.length).toBe(2);
      expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ failed: 0, restarts: 1 }));
    });
});
