// The code of docs/guides/watching.md.
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import { lastValueFrom, range, tap } from 'rxjs';
// #region imports
import { Worker, workerPool } from 'rxjs-parallel';
import { showInDevTools, timeline } from 'rxjs-parallel/timeline';
import type { PrimesApi } from './primes.worker.ts';
// #endregion
import { progressOf } from './watching.progress.ts';

const folder = process.env['TMPDIR'] ?? '/tmp';

// #region carry
const request = new AsyncLocalStorage<{ traceparent: string }>();
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  { size: 2, carry: () => request.getStore() },
);
// In the worker, in a task: taskContext().carried is { traceparent }, a copy.
// #endregion

// #region timeline
const seen = timeline(pool);
await lastValueFrom(range(1, 40).pipe(pool.map((worker, n) => worker.countPrimes(n * 1000))));
await writeFile(`${folder}/run.svg`, seen.toSVG());
await writeFile(`${folder}/run.json`, seen.toPerfetto()); // for https://ui.perfetto.dev
seen.stop();
// #endregion

// #region devtools
const shown = showInDevTools(pool);
// … record in the Performance panel …
shown.stop();
// #endregion

// #region channels
interface TaskTrace {
  readonly method: string;
  readonly index: number;
  readonly startTime: number;
  readonly endTime?: number;
  readonly outcome?: string;
}
tracingChannel<string, TaskTrace>('rxjs-parallel:task').subscribe({
  start() {},
  end() {},
  asyncStart() {},
  asyncEnd: ({ method, index, startTime, endTime, outcome }) =>
    console.log(`${method} ${index}: ${outcome} after ${endTime! - startTime} ms`),
  error() {},
});
// #endregion

// #region progress
let emitted = 0;
const progress = progressOf(
  pool,
  () => 40,
  () => emitted,
);
const showing = progress.subscribe(({ done, failed, held, left, rate, running }) =>
  console.log(
    `${done} of 40 (${failed} failed, ${held} held), ${running} running, ${rate.toFixed(1)}/s, ${left.toFixed(0)} s left`,
  ),
);
const counts = pool.map((worker, n: number) => worker.countPrimes(n * 1000));
await lastValueFrom(
  range(1, 40).pipe(
    counts,
    tap(() => emitted++),
  ),
);
showing.unsubscribe();
// #endregion

// #region latency
const { wait, run } = pool.stats();
console.log(`99 of 100 tasks waited at most ${wait.p99} ms, and ran at most ${run.p99} ms`);
// #endregion
await pool.close();
