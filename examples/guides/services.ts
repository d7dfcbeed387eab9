// The code of docs/guides/services.md.
import { lastValueFrom, range } from 'rxjs';
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  2,
);

// #region priority
const background = lastValueFrom(
  range(1, 1000).pipe(parallelMap((worker, n) => worker.countPrimes(n * 10), pool, { priority: -1 })),
);
const now = await pool.run((worker) => worker.countPrimes(1000)); // waits for one task of the background stream, not for all
console.log(now, await background);
// #endregion

// #region pause
pool.pause();
const later = pool.run((worker) => worker.countPrimes(100)); // waits
console.log(pool.stats().paused); // true
pool.resume();
console.log(await later); // 25
// #endregion

// #region resize
pool.resize(4);
console.log(pool.size); // 4
pool.resize(1); // three workers end as they become idle
// #endregion
await pool.close();
