import { captureContext, diagnostics } from '#platform';
import type { EmittedOf, FlatEmittedOf } from '../api/types/emitted.ts';
import type { FlatOptionsWithPool, RemoteValues } from '../api/types/manyValues.ts';
import type { OptionsWithPool } from '../api/types/options.ts';
import type { BasicPool, PoolEvent } from '../api/types/pool.ts';
import type { Call, Remote, ResultOf } from '../api/types/remote.ts';
import { type LocalPoolOptions, openLocalPool } from '../localPool/openLocalPool.ts';
import { type ClosablePool, ENGINE_POOL } from '../pool/contract.ts';
import { basicPool } from '../publicPool/basicPool.ts';
import { poolOperators } from '../publicPool/poolOperators.ts';
import { type WorkerPoolOptions, openWorkerPool } from '../workerPool/openWorkerPool.ts';
import { type Operator, parallelOperator } from './operator.ts';
import { type Observable, platformObservable } from './platform.ts';

/** A pool of workers, shared by all streams that use it: `parallelMap(fn, pool)(source)`. */
export interface ObservablePool<Api> extends BasicPool<Api> {
  /**
   * `parallelMap` with this pool: runs the call that `fn` describes for every value, several at once, and emits the results
   * in the order of the source.
   *
   * @param fn says which call: `(worker, value, index) => worker.count(value)`. Runs here, once for each task when it is
   *   dispatched.
   * @param options those of `parallelMap`.
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
   *
   * ```ts
   * pool.map((worker, n: number) => worker.count(n))([1, 2, 3]).subscribe(console.log);
   * ```
   */
  map<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: Remote<Api>, value: T, index: number) => C,
    options?: OptionsWithPool<Mode, NoInfer<T>>,
  ): Operator<T, EmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelMapUnordered` with this pool: like `map`, but emits each result as soon as its task is complete.
   *
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
   */
  mapUnordered<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: Remote<Api>, value: T, index: number) => C,
    options?: OptionsWithPool<Mode, NoInfer<T>>,
  ): Operator<T, EmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelConcatMap` with this pool: emits all values of the first task, while that runs, then those of the second.
   *
   * @param fn says which call, as for `map`, of a method that gives many values.
   * @param options those of `parallelConcatMap`.
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
   */
  concatMap<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: RemoteValues<Api>, value: T, index: number) => C,
    options?: FlatOptionsWithPool<Mode>,
  ): Operator<T, FlatEmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * `parallelMergeMap` with this pool: like `concatMap`, but emits each value as it comes, those of one task in their order.
   *
   * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
   */
  mergeMap<T, C extends Call<unknown>, Mode extends 'throw' | 'settle' | 'skip' = never>(
    fn: (worker: RemoteValues<Api>, value: T, index: number) => C,
    options?: FlatOptionsWithPool<Mode>,
  ): Operator<T, FlatEmittedOf<T, ResultOf<C>, Mode>>;
  /**
   * The events of the pool; they cost nothing while nobody is subscribed.
   *
   * @throws TypeError: the platform has no Observable. No other member of the pool but the operators needs one.
   */
  readonly events$: Observable<PoolEvent>;
}

/**
 * A pool of workers, each running the module that `factory` makes a `Worker` of: as `workerPool` of `rxjs-parallel`, with
 * operators and events for the platform's Observable.
 *
 * @throws TypeError, RangeError: an argument is not what it must be.
 */
export function workerPool<Api>(factory: () => unknown, options?: number | WorkerPoolOptions): ObservablePool<Api> {
  return observablePool<Api>(...openWorkerPool(factory, options));
}

/**
 * A pool that runs the methods of `api` on the calling thread, for tests: as `localPool` of `rxjs-parallel`.
 *
 * @throws TypeError: `api` is no object, or a hook no function.
 */
export function localPool<Api extends object>(api: Api, options?: LocalPoolOptions): ObservablePool<Api> {
  return observablePool<Api>(...openLocalPool(api, options));
}

function observablePool<Api>(pool: ClosablePool, maxQueue?: number, carry?: () => unknown): ObservablePool<Api> {
  let events$: Observable<PoolEvent> | undefined;
  const basic = basicPool<Api>(pool, maxQueue, carry);
  const operators = poolOperators<any>(basic[ENGINE_POOL], parallelOperator);
  const shown: ObservablePool<Api> = Object.defineProperty(
    Object.assign(basic, operators, { events$: undefined as never }),
    'events$',
    {
      enumerable: true,
      get: () => (events$ ??= eventsOf(pool)),
    },
  );
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
