/** docs/guides/browsers.md: the platform's Observable. */
import assert from 'node:assert/strict';
// #region imports
import { type Observable, Worker, parallelMap, workerPool } from 'rxjs-parallel/observable';
import type { PrimesApi } from './primes.worker.js';
// #endregion

// #region pool
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  2,
);

/** As `input.when('change').map(() => input.valueAsNumber)` gives them. */
function primesBelow(limits: Observable<number>): Observable<number> {
  return parallelMap((worker, below: number) => worker.countPrimes(below), pool)(limits);
}
// #endregion

// Node has no Observable yet: there it says so, and the pool works all the same.
if (!('Observable' in globalThis)) assert.throws(() => primesBelow({} as never), /needs the platform's Observable/);
console.log(await pool.run((worker) => worker.countPrimes(1000)));
await pool.close();
