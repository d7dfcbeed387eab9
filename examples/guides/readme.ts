// The parts of README.md that are no whole files, one after another.
import { from, fromEvent, range, switchMap, take } from 'rxjs';
import { parallelMap, parallelMapUnordered, taskOf, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
  4,
);

// #region errors
await from(['{"a": 1}', 'not JSON', '{"b": 2}'])
  .pipe(parallelMap((text) => JSON.parse(text) as object, 2, { onError: 'settle', timeout: 5000 }))
  .forEach((result) => {
    if (result.status === 'fulfilled') console.log(result.input, result.value);
    else console.log(result.input, String(result.reason), taskOf(result.reason));
  });
// #endregion

const slider = new EventTarget();
// #region cancel
const counts = fromEvent(slider, 'input').pipe(
  switchMap(() => range(1, 100).pipe(parallelMapUnordered((worker, n) => worker.countPrimes(n * 1000), pool))),
);
// #endregion
const hundred = counts.pipe(take(100)).forEach(() => {});
slider.dispatchEvent(new Event('input'));
slider.dispatchEvent(new Event('input'));
await hundred;

// #region run
const count = await pool.run((worker) => worker.countPrimes(1_000_000), { deadline: 5000 });
console.log(count);
await pool.close(); // what has begun is finished first
// #endregion
