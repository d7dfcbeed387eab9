// The code of docs/guides/which-form.md.
import { from, range } from 'rxjs';
// #region imports
import { localPool, parallelMap, parallelMapIterable, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';
// #endregion

// #region number
await range(1, 4)
  .pipe(parallelMap((n) => n ** 0.5, 2))
  .forEach((root) => console.log(root));
// #endregion

// #region pool
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  { size: 4, name: 'primes' },
);
await from([1000, 2000])
  .pipe(parallelMap((worker, below) => worker.countPrimes(below), pool))
  .forEach((count) => console.log(count));
// #endregion

// #region methods
await from([1000, 2000])
  .pipe(pool.map((worker, below) => worker.countPrimes(below)))
  .forEach((count) => console.log(count));
// #endregion

// #region run
console.log(await pool.run((worker) => worker.countPrimes(1000)));
// #endregion

// #region iterable
function* naturals(): Generator<number> {
  for (let n = 1; ; n++) yield n;
}
for await (const count of parallelMapIterable(naturals(), (worker, n) => worker.countPrimes(n * 1000), pool))
  if (count > 1000) break; // closes the generator, and cancels the tasks that still run
// #endregion

// #region local
const api = { countPrimes: (below: number) => Math.round(below / Math.log(below)) };
const fake = localPool(api);
console.log(await fake.run((worker) => worker.countPrimes(1000)));
// #endregion
await pool.close();
