/** Pools whose workers come up in one of the ways of start.worker.ts. */
import { from, lastValueFrom, toArray } from 'rxjs';
import { Worker, type WorkerPool, WorkerInitError, parallelMap, workerPool } from '../../lib/index.ts';
import type { How, StartApi } from '../fixtures/start.worker.ts';

export const start = (how: How) =>
  new Worker(new URL('../fixtures/start.worker.js', import.meta.url), { type: 'module', name: how, argv: [how] });
export const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
export const echoAll = (pool: WorkerPool<StartApi>, inputs: unknown[] = nine) =>
  from(inputs).pipe(
    parallelMap((worker, n) => worker.echo(n), pool),
    toArray(),
  );

/** The error of all that waits for a pool that can start no worker; `attempts`: after how many: one where more would fail likewise. */
export async function failureOf(
  factory: () => unknown,
  {
    initTimeout = 10_000,
    size = 1,
    attempts = 3,
    atMost = attempts,
  }: { initTimeout?: number; size?: number; attempts?: number; atMost?: number } = {},
): Promise<WorkerInitError> {
  let calls = 0;
  await using pool = workerPool<StartApi>(() => (calls++, factory()), { size, initTimeout });
  const failures = await Promise.all(
    [lastValueFrom(echoAll(pool)), lastValueFrom(echoAll(pool)), pool.run((worker) => worker.echo(0))].map((each) =>
      each.then(fail, (error: unknown) => error),
    ),
  );
  expect(new Set(failures).size).withContext('one reason for all').toBe(1);
  expect(failures[0]).toBeInstanceOf(WorkerInitError);
  expect(calls).toBeGreaterThanOrEqual(attempts);
  expect(calls).toBeLessThanOrEqual(size + atMost - 1);
  expect(pool.stats().workers).toBe(0);
  return failures[0] as WorkerInitError;
}
