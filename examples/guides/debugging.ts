// The code of docs/guides/debugging.md.
import { range } from 'rxjs';
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  { size: 2, name: 'primes' },
);

// #region events
const watching = pool.events$.subscribe((event) => console.log(event));
await range(1, 3)
  .pipe(parallelMap((worker, n) => worker.countPrimes(n * 1000), pool))
  .forEach((count) => console.log(count));
watching.unsubscribe();
// #endregion
await pool.close();
