/** In a page that has a Content-Security-Policy: tells the page around it what becomes of an inline function there. */
import { lastValueFrom, range, toArray } from 'rxjs';
import { parallelMap, workerPool, Worker } from '../../lib/index.ts';
import type { PrimesApi } from '../primes.worker.ts';

const tell = (told: unknown): void => parent.postMessage(told, location.origin);
const caught = (error: Error) => ({ name: error.name, message: error.message });

let evaluated = true;
try {
  // oxlint-disable-next-line typescript/no-implied-eval
  evaluated = new Function('return true')() === true;
} catch {
  evaluated = false;
}
const squares = await lastValueFrom(
  range(1, 4).pipe(
    parallelMap((n) => n * n, 2),
    toArray(),
  ),
).catch(caught);
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('../primes.worker.js', import.meta.url), { type: 'module' }),
  1,
);
const primes = await pool.run((worker) => worker.count(100)).catch(caught);
await pool.close();
tell({ evaluated, squares, primes });
