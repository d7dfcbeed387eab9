// The code of docs/guides/coming-from.md.
import { from, lastValueFrom, range, take, toArray } from 'rxjs';
// #region imports
import { parallelMap, parallelMapUnordered, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';
// #endregion

// #region executor
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  4, // max_workers
);
const future = pool.run((worker) => worker.countPrimes(1000)); // executor.submit(count_primes, 1000)
console.log(await future); // future.result()

await from([1000, 2000]) // executor.map(count_primes, [1000, 2000])
  .pipe(parallelMap((worker, below) => worker.countPrimes(below), pool))
  .forEach((count) => console.log(count));

await from([1000, 2000]) // as_completed(…)
  .pipe(parallelMapUnordered((worker, below) => worker.countPrimes(below), pool))
  .forEach((count) => console.log(count));
// #endregion

// #region dict
await from([1000, 2000])
  .pipe(parallelMapUnordered((worker, below) => worker.countPrimes(below), pool, { onError: 'settle' }))
  .forEach((done) => {
    if (done.status === 'fulfilled') console.log(done.input, done.value); // future_to_url[future], future.result()
    else console.log(done.input, String(done.reason)); // except Exception as error
  });
// #endregion

// #region wait
const settled = range(1, 4).pipe(
  parallelMapUnordered((worker, n) => worker.countPrimes(n * 1000), pool, { onError: 'settle' }),
);
const all = await lastValueFrom(settled.pipe(toArray())); // wait(futures)
const first = await lastValueFrom(settled.pipe(take(1))); // wait(futures, return_when=FIRST_COMPLETED)
console.log(all.length, first.status);
// #endregion
await pool.close(); // executor.shutdown()
