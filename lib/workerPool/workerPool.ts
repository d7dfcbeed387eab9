import { publicPool } from '../publicPool/publicPool.ts';
import type { WorkerPool } from '../api/types/pool.ts';
import { type WorkerPoolOptions, openWorkerPool } from './openWorkerPool.ts';

/**
 * A pool of workers, each running the module that `factory` makes a `Worker` of.
 *
 * Workers are started when there is work for them, replaced when they die, and kept for the next stream. Any number of
 * streams share the pool, served in turn. An idle pool does not keep a Node process alive; `close` ends its workers.
 *
 * @param factory called once for each worker; returns a new `Worker`: this package's, the browser's, that of
 *   `node:worker_threads`, or threads.js's. The module it runs calls `expose(api)`.
 * @param options how many workers, or `WorkerPoolOptions`.
 * @typeParam Api the type of what the worker exposes, `typeof api`. It is to be named, `workerPool<PrimesApi>(…)`: without
 *   it the worker is a `Remote<unknown>`, which has no methods.
 * @throws TypeError, RangeError: an argument is not what it must be.
 *
 * ```ts
 * import { range } from 'rxjs';
 * import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
 * import type { PrimesApi } from './primes.worker.js';
 *
 * const pool = workerPool<PrimesApi>(() => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }), 4);
 * range(1, 8).pipe(parallelMap((primes, n) => primes.count(n), pool)).subscribe(console.log);
 * ```
 */
export function workerPool<Api>(factory: () => unknown, options?: number | WorkerPoolOptions): WorkerPool<Api> {
  return publicPool<Api>(...openWorkerPool(factory, options));
}
