// The code of README.md, one piece after another.
import { from, fromEvent, map, range, switchMap, take } from 'rxjs';
import { localPool, parallelMap, parallelMapUnordered, taskOf, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

// #region first
function countPrimes(below: number): number {
  let count = 0;
  for (let n = 2; n < below; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor > 0) divisor++;
    if (divisor * divisor > n) count++;
  }
  return count;
}
const numbers = range(1, 8).pipe(map((n) => n * 400_000));

numbers.pipe(map(countPrimes)); // one core
numbers.pipe(parallelMap(countPrimes, 4)); // four workers, the same results in the same order
// #endregion

for (const [name, operator] of Object.entries({ map: map(countPrimes), parallelMap: parallelMap(countPrimes, 4) })) {
  console.time(name);
  await numbers.pipe(operator, take(8)).forEach((count) => console.log(count));
  console.timeEnd(name);
}

// #region pool
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }), // the compiled file
  4,
);

await range(1, 8)
  .pipe(parallelMap((worker, n) => worker.countPrimes(n * 400_000), pool))
  .forEach((count) => console.log(count));
// #endregion

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

const local = localPool({ double: (n: number) => 2 * n });
console.log(await local.run((worker) => worker.double(21)));
