// The code of docs/guides/tuning.md.
import { range } from 'rxjs';
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  2,
);
await range(1, 100)
  .pipe(parallelMap((worker, n) => worker.countPrimes(n * 1000), pool))
  .forEach(() => {});

// #region stats
const { running, completed, taskTime, carryTime, busy } = pool.stats();
console.log(`${running} running, ${completed} completed`);
console.log(`${taskTime} ms in tasks, ${carryTime} ms in which workers had tasks and were in none`);
console.log('each worker was busy for this share of its time:', busy);
// #endregion
await pool.close();
