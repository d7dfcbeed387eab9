import type { WorkerPool } from '../api/types/pool.ts';
import { type LocalPoolOptions, openLocalPool } from './openLocalPool.ts';
import { publicPool } from '../publicPool/publicPool.ts';

/**
 * A pool that runs the methods of `api` on the calling thread: one task at a time, at once where the method is
 * synchronous. For tests, for debugging, for hosts without workers; the chain around it stays the same.
 *
 * Arguments and results are copied as they would be on their way to a worker and back, or moved where `Transfer` says so, and
 * what cannot cross is a `CloneError`; a thrown error arrives as the same object. A `timeout` cannot stop a synchronous method;
 * `terminateAfter`, `crashRetries` and `batch` have no effect here.
 *
 * @param api what a worker module gives to `expose`: an object of functions, or an instance of a class.
 * @param options the hooks that a worker module gives to `expose`, and the `data` of a pool. The setup runs before the first
 *   task, the teardown within `close`.
 * @throws TypeError: `api` is no object, or a hook no function.
 *
 * ```ts
 * const pool = localPool({ double: (n: number) => 2 * n });
 * range(1, 3).pipe(parallelMap((worker, n) => worker.double(n), pool)).subscribe(console.log); // 2 4 6
 * ```
 */
export function localPool<Api extends object>(api: Api, options?: LocalPoolOptions): WorkerPool<Api> {
  return publicPool<Api>(...openLocalPool(api, options));
}
