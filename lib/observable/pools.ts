import { captureContext, diagnostics } from '#platform';
import type { BasicPool, PoolEvent } from '../api/pool.ts';
import { type LocalPoolOptions, openLocalPool } from '../localPool/openLocalPool.ts';
import type { ClosablePool } from '../pool/contract.ts';
import { basicPool } from '../publicPool/basicPool.ts';
import { type WorkerPoolOptions, openWorkerPool } from '../workerPool/openWorkerPool.ts';
import { type Observable, platformObservable } from './platform.ts';

/** A pool of workers, shared by every stream that names it: `parallelMap(fn, pool)(source)`. */
export interface ObservablePool<Api> extends BasicPool<Api> {
  /**
   * What happens in the pool, while somebody is subscribed; costs nothing otherwise.
   *
   * @throws TypeError: the platform has no Observable. All else of the pool needs none.
   */
  readonly events$: Observable<PoolEvent>;
}

/**
 * A pool of workers, each running the module that `factory` makes a `Worker` of: `workerPool` of `rxjs-parallel`, whose
 * events are an Observable of the platform.
 *
 * @throws TypeError, RangeError: an argument is not what it must be.
 */
export function workerPool<Api>(factory: () => unknown, options?: number | WorkerPoolOptions): ObservablePool<Api> {
  return observablePool<Api>(...openWorkerPool(factory, options));
}

/**
 * A pool that runs the methods of `api` on the calling thread, as `localPool` of `rxjs-parallel` does: for tests.
 *
 * @throws TypeError: `api` is no object, or a hook no function.
 */
export function localPool<Api extends object>(api: Api, options?: LocalPoolOptions): ObservablePool<Api> {
  return observablePool<Api>(...openLocalPool(api, options));
}

function observablePool<Api>(pool: ClosablePool, maxQueue?: number, carry?: () => unknown): ObservablePool<Api> {
  let events$: Observable<PoolEvent> | undefined;
  const shown = Object.defineProperty(basicPool<Api>(pool, maxQueue, carry), 'events$', {
    enumerable: true,
    get: () => (events$ ??= eventsOf(pool)),
  }) as BasicPool<Api> as ObservablePool<Api>;
  diagnostics?.pool(shown);
  return shown;
}

function eventsOf(pool: ClosablePool): Observable<PoolEvent> {
  return new (platformObservable('events$'))<PoolEvent>((subscriber) => {
    const inContext = captureContext();
    const end = pool.listen({
      next: (event) => inContext(() => subscriber.next(event)),
      complete: () => inContext(() => subscriber.complete()),
    });
    subscriber.addTeardown(end);
  });
}
