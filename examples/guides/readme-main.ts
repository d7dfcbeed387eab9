import { range } from 'rxjs';
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }), // the compiled file
  4,
);
await range(1, 8)
  .pipe(parallelMap((worker, n) => worker.countPrimes(n * 100_000), pool))
  .forEach((count) => console.log(count));
