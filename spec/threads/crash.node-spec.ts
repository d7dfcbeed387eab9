import type { Worker as NodeWorker } from 'node:worker_threads';
import { WorkerCrashedError } from 'rxjs-parallel';
import { cellsOf, waitAsync } from './cells.ts';
import { failureOf } from './failing.ts';
import { FaultyPool } from './faulty.ts';

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
