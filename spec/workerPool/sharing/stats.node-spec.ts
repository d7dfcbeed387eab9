import { lastValueFrom, range } from 'rxjs';
import { Worker, WorkerCrashedError, parallelMap, workerPool } from '../../../lib/index.ts';
import { cellsOf, say, waitAsync } from '../../support/cells.ts';
import { FaultyPool } from '../../support/faulty.ts';
import type { Throwers } from '../../support/throwers.ts';

function compute(ms: number): number {
  const began = performance.now();
  while (performance.now() - began < ms);
  return performance.now() - began;
}

describe('The stats of a pool of workers', () => {
  it('count the time of a task that its worker never reported', async () => {
    await using faulty = new FaultyPool(1);
    const timeout = 60;
    await expectAsync(faulty.pool.run((worker) => worker.loop(), { timeout })).toBeRejected();
    // The clock that both sides see is one of whole milliseconds.
    expect(faulty.pool.stats().taskTime).toBeGreaterThan(timeout - 2);
    const { taskTime } = faulty.pool.stats();
    const cells = cellsOf(2);
    const crash = faulty.pool.run((worker) => worker.blockAndExit(cells));
    await waitAsync(cells, 0);
    const spent = compute(20);
    say(cells, 1);
    await expectAsync(crash).toBeRejectedWithError(WorkerCrashedError);
    expect(faulty.pool.stats().taskTime).toBeGreaterThan(taskTime + spent - 2);
    expect(faulty.pool.stats().busy).toEqual([]);
  });

  it('count a task that runs among what its worker is busy with, and not what another did before', async () => {
    await using faulty = new FaultyPool(2);
    const starts: number[] = [];
    faulty.pool.events$.subscribe(({ type, time }) => type === 'worker:start' && starts.push(time));
    const cells = cellsOf(2);
    const first = faulty.pool.run((worker) => worker.block(cells));
    await waitAsync(cells, 0);
    compute(60);
    const { busy, taskTime } = faulty.pool.stats();
    expect(taskTime).toBe(0);
    expect(busy.length).toBe(1);
    expect(busy[0]).toBeGreaterThan(0);
    expect(busy[0]).toBeLessThanOrEqual(1);
    say(cells, 1);
    await first;
    await expectAsync(faulty.pool.run((worker) => worker.exit(1))).toBeRejected();
    const before = faulty.pool.stats().taskTime;
    expect(before).toBeGreaterThan(58);
    await faulty.pool.run((worker) => worker.echo(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const up = performance.timeOrigin + performance.now() - starts.at(-1)!;
    const after = faulty.pool.stats();
    expect(starts.length).toBe(2);
    expect(after.busy.length).toBe(1);
    // Not the 60 ms of the worker before it.
    expect(after.busy[0]! * up).toBeLessThan(after.taskTime - before + 10);
  });

  it('count as carrying the time in which a busy main thread lets a worker wait', async () => {
    await using faulty = new FaultyPool(1);
    await faulty.pool.run((worker) => worker.echo('to bring the worker up'));
    const { carryTime, taskTime } = faulty.pool.stats();
    const run = faulty.pool.run((worker) => worker.echo(1));
    const blocked = compute(30);
    await run;
    const after = faulty.pool.stats();
    expect(after.carryTime - carryTime).toBeGreaterThanOrEqual(blocked - (after.taskTime - taskTime));
  });

  it('count carrying once, however many messages are on their way', async () => {
    await using faulty = new FaultyPool(1);
    await faulty.pool.run((worker) => worker.echo('to bring the worker up'));
    const before = faulty.pool.stats();
    const began = performance.now();
    await lastValueFrom(range(0, 20_000).pipe(parallelMap((worker, n) => worker.echo(String(n)), faulty.pool)));
    const passed = performance.now() - began;
    const { carryTime, taskTime } = faulty.pool.stats();
    expect(carryTime).toBeGreaterThan(before.carryTime);
    expect(carryTime + taskTime - (before.carryTime + before.taskTime)).toBeLessThanOrEqual(passed);
  });

  it('count no carrying for the tasks of a plain threads.js worker', async () => {
    await using pool = workerPool<Throwers>(
      () => new Worker(new URL('../../fixtures/plainThrowers.worker.js', import.meta.url), { type: 'module' }),
      1,
    );
    const began = performance.now();
    for (let call = 0; call < 3; call++) await pool.run((worker) => worker.echo(call));
    await expectAsync(pool.run((worker) => worker.fail('zero'))).toBeRejectedWith(0);
    const { carryTime, taskTime } = pool.stats();
    expect(carryTime).toBe(0);
    expect(taskTime).toBeGreaterThan(0);
    expect(taskTime).toBeLessThanOrEqual(performance.now() - began);
  });
});
