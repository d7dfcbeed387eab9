import { filter, firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import {
  type PoolEvent,
  Worker,
  WorkerCrashedError,
  WorkerInitError,
  type WorkerPool,
  parallelMap,
  taskOf,
  workerPool,
} from 'rxjs-parallel';
import type { SilentApi } from './silentEnd.worker.ts';

type AnyWorker = InstanceType<typeof Worker>;

/** A pool of one, and the workers that it has made. */
function opened(make: () => AnyWorker, initTimeout = 10_000): { pool: WorkerPool<SilentApi>; workers: AnyWorker[] } {
  const workers: AnyWorker[] = [];
  const factory = (): AnyWorker => {
    const worker = make();
    workers.push(worker);
    return worker;
  };
  return { pool: workerPool<SilentApi>(factory, { size: 1, initTimeout }), workers };
}

const silent = (): AnyWorker => new Worker(new URL('./silentEnd.worker.js', import.meta.url), { type: 'module' });
const gone = (): AnyWorker => new Worker(new URL('./silentStart.worker.js', import.meta.url), { type: 'module' });
const event = (pool: WorkerPool<SilentApi>, wanted: PoolEvent['type']): Promise<PoolEvent> =>
  firstValueFrom(pool.events$.pipe(filter(({ type }) => type === wanted)));

describe('A worker that ends without a word', () => {
  it('closes itself in a task: that task fails, the others have their results', async () => {
    const { pool, workers } = opened(silent);
    const outcomes = await lastValueFrom(
      from([0, 1, 2, 3]).pipe(
        parallelMap((worker, n) => (n === 2 ? worker.close() : worker.echo(n)), pool, { onError: 'settle', batch: 1 }),
        toArray(),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const reason = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))[0] as Error;
    expect(reason).toBeInstanceOf(WorkerCrashedError);
    expect(reason.message).toContain('while it ran task 2');
    expect(taskOf(reason)).toEqual({ index: 2, input: 2 });
    expect(workers.length).toBe(2);
    await pool.close();
  });

  it('is terminated from outside: its task fails, and the next gets another worker', async () => {
    const { pool, workers } = opened(silent);
    expect(await pool.run((worker) => worker.echo(1))).toBe(1);
    const begun = event(pool, 'task:start');
    const waiting = pool.run((worker) => worker.wait());
    await begun;
    void workers[0]!.terminate();
    await expectAsync(waiting).toBeRejectedWithError(WorkerCrashedError);
    expect(await pool.run((worker) => worker.echo(2))).toBe(2);
    expect(workers.length).toBe(2);
    await pool.close();
  });

  it('closes itself between tasks: the next gets another worker', async () => {
    const { pool, workers } = opened(silent);
    const exit = event(pool, 'worker:exit');
    expect(await pool.run((worker) => worker.closeAfter(1))).toBe(1);
    await exit;
    expect(await pool.run((worker) => worker.echo(2))).toBe(2);
    expect(workers.length).toBe(2);
    await pool.close();
  });

  it('closes itself as it comes up: WorkerInitError, after few attempts', async () => {
    const { pool, workers } = opened(gone, 300);
    await expectAsync(pool.run((worker) => worker.echo(1))).toBeRejectedWithError(WorkerInitError);
    expect(workers.length).toBe(3);
    await pool.close();
  });
});
