import { Transfer, WorkerCrashedError, TaskTimeoutError } from '../../../lib/index.ts';
import { cellsOf } from '../../support/cells.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';

const range = (length: number): IterableIterator<number> => Array.from({ length }).keys();
const poison = new Set([0, 211, 212, 640, 999]);
const TASKS = 1000;

/** Which tasks were begun other than once. */
const notOnce = (tally: Int32Array): number[] => [...range(tally.length)].filter((n) => tally[n] !== 1);

describe('A worker that dies in the middle of a batch', () => {
  for (const size of [1, 2])
    it(`by process.exit, in a pool of ${size}: exactly the poison tasks fail, and each task is run exactly once`, async () => {
      await using faulty = new FaultyPool(size);
      const tally = cellsOf(TASKS);
      const outcomes = await faulty.settle(range(TASKS), (worker, n) =>
        poison.has(n) ? worker.exit(9, tally) : worker.count(tally),
      );
      expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.index))).toEqual([
        ...range(TASKS),
      ]);
      const failed = reasons(outcomes);
      expect(new Set(failed.keys())).toEqual(poison);
      for (const reason of failed.values()) expect((reason as WorkerCrashedError).exitCode).toBe(9);
      expect(notOnce(tally)).toEqual([]);
      expect(Math.max(...faulty.sent))
        .withContext('there were batches')
        .toBeGreaterThan(50);
      expect(faulty.workers.length).toBeLessThanOrEqual(size + poison.size);
    });

  it('by an uncaught throw of a task that waits: what had ended before it keeps its result', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(TASKS);
    const outcomes = await faulty.settle(range(TASKS), (worker, n) =>
      n === 640 ? worker.throwLater('error', tally) : worker.count(tally),
    );
    expect([...reasons(outcomes).keys()]).toEqual([640]);
    expect(notOnce(tally)).toEqual([]);
  });

  // Early on it has a message more, whose tasks wait.
  for (const poisoned of [20, 60, 640])
    it(`by a floating rejection as task ${poisoned} ends: that task fails, and the worker begins no other`, async () => {
      await using faulty = new FaultyPool(1);
      const tally = cellsOf(TASKS);
      const outcomes = await faulty.settle(range(TASKS), (worker, n) =>
        n === poisoned ? worker.rejectAndReturn(n) : worker.count(tally),
      );
      expect([...reasons(outcomes).keys()]).toEqual([poisoned]);
      expect(notOnce(tally)).toEqual([poisoned]);
    });

  it('out of memory: exactly that task fails, and what had not begun is run exactly once', async () => {
    await using faulty = new FaultyPool(1, { resourceLimits: { maxOldGenerationSizeMb: 16 } });
    const tally = cellsOf(TASKS);
    const outcomes = await faulty.settle(range(TASKS), (worker, n) =>
      n === 640 ? worker.outOfMemory(tally) : worker.count(tally),
    );
    expect([...reasons(outcomes).keys()]).toEqual([640]);
    expect(notOnce(tally.subarray(640))).toEqual([]);
    expect(Math.min(...tally)).toBe(1);
    // Outcomes that were not yet sent are not known: those tasks run again, once.
    expect(Math.max(...tally)).toBeLessThanOrEqual(2);
  });
});

describe('crashRetries', () => {
  it('counts per task: a poison task is run once more than that, the others once', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(TASKS);
    const outcomes = await faulty.settle(
      range(TASKS),
      (worker, n) => (n === 640 ? worker.exit(9, tally) : worker.count(tally)),
      { crashRetries: 2 },
    );
    expect([...reasons(outcomes).keys()]).toEqual([640]);
    expect(notOnce(tally)).toEqual([640]);
    expect(tally[640]).toBe(3);
  });

  it('eight tasks that each take one worker with them: all are done', async () => {
    await using faulty = new FaultyPool(2);
    const tally = cellsOf(8);
    const outcomes = await faulty.settle(range(8), (worker) => worker.exitOnce(tally), { crashRetries: 1 });
    expect([...reasons(outcomes)]).toEqual([]);
    expect(new Set(tally)).toEqual(new Set([2]));
  });

  it('does not bring back a task that ran out of time', async () => {
    await using faulty = new FaultyPool(1);
    const outcomes = await faulty.settle([0], (worker) => worker.loop(), { crashRetries: 5, timeout: 30 });
    expect(reasons(outcomes).get(0)).toBeInstanceOf(TaskTimeoutError);
    expect(faulty.workers.length).toBe(1);
  });

  it('does not bring back what was moved to the worker', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(1);
    const outcomes = await faulty.settle(
      [new ArrayBuffer(8)],
      (worker, each) => worker.exit(9, tally, Transfer(each)),
      {
        crashRetries: 5,
      },
    );
    expect(reasons(outcomes).get(0)).toBeInstanceOf(WorkerCrashedError);
    expect(tally[0]).toBe(1);
  });
});

describe('What is moved to a worker', () => {
  it('goes to an idle one: no other task takes it down', async () => {
    await using faulty = new FaultyPool(1);
    const outcomes = await faulty.settle(
      range(400),
      (worker, n) => {
        if (n < 100) return worker.echo(n);
        return n % 100 === 50 ? worker.exit(9) : worker.sizeOf(Transfer(new ArrayBuffer(n)));
      },
      { batch: 1 },
    );
    expect([...reasons(outcomes).keys()]).toEqual([150, 250, 350]);
    expect(outcomes.filter((each) => each.status === 'rejected' || each.value === each.index).length).toBe(400);
  });

  it('fails with its worker, even if that had not begun it', async () => {
    await using faulty = new FaultyPool(1);
    await faulty.pool.run((worker) => worker.echo('up'));
    // The pool does not know yet that this worker will never read its message.
    void faulty.workers[0]!.terminate();
    const lost = faulty.pool.run((worker) => worker.sizeOf(Transfer(new ArrayBuffer(8))));
    await expectAsync(lost).toBeRejectedWithError(WorkerCrashedError);
    // What was copied is simply run by the next.
    await faulty.pool.run((worker) => worker.echo('up'));
    void faulty.workers[1]!.terminate();
    const kept = faulty.pool.run((worker) => worker.echo('kept'));
    await expectAsync(kept).toBeResolvedTo('kept');
  });
});
