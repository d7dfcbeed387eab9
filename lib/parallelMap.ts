import type { OperatorFunction } from 'rxjs';
import { parallel } from './core/operator.ts';
import { Ordered } from './core/ordered.ts';
import { type ParallelOptions, type Settled, planOf, show } from './options.ts';
import type { ThreadsPool, WorkerPool } from './pool.ts';
import type { Call, Remote } from './remote.ts';
import { crewOf, isInline } from './threads/hire.ts';

/** What is emitted: a result, or with `onError: 'settle'` what became of the task. */
export type Element<T, R, O> = 'onError' extends keyof O
  ? O extends { readonly onError: 'settle' }
    ? Settled<T, R>
    : O extends { readonly onError: 'throw' | 'skip' | undefined }
      ? R
      : R | Settled<T, R>
  : R;

type PoolOptions = Omit<ParallelOptions, 'context' | 'transfer'>;

/** The three forms of `parallelMap` and `parallelMapUnordered`. */
export interface ParallelOperator {
  /** `fn` itself runs in `workers` workers: it is sent as source text, so it must not use variables from around it. */
  <T, R, const O extends ParallelOptions<T> = {}>(
    fn: (value: T, index: number, context: O extends { readonly context: infer C } ? C : undefined) => R,
    workers?: number,
    // O alone would leave the parameters of `transfer` without a type.
    options?: O & Pick<ParallelOptions<NoInfer<T>>, 'transfer'>,
  ): OperatorFunction<T, Element<T, Awaited<R>, O>>;
  /** `fn` runs here and returns the call to make in a worker of the pool. */
  <T, Api, R, const O extends PoolOptions = {}>(
    fn: (worker: Remote<Api>, value: T, index: number) => Call<R>,
    workers: WorkerPool<Api>,
    options?: O,
  ): OperatorFunction<T, Element<T, R, O>>;
  /** The same on a threads.js `Pool`, whose threads are borrowed. */
  <T, Thread, R, const O extends PoolOptions = {}>(
    fn: (thread: Remote<Thread>, value: T, index: number) => Call<R>,
    workers: ThreadsPool<Thread>,
    options?: O,
  ): OperatorFunction<T, Element<T, R, O>>;
}

/**
 * Runs `fn` on every value, several at once on other cores, and emits the results in the order of the source, as
 * `concatMap` would.
 *
 * ```
 * source:  --a--b--c----|
 *          parallelMap(fn, 2)            a takes 5 frames, b takes 1, c takes 4
 * result:  -------(ab)-c|
 * ```
 *
 * A failing task errors the stream after the results before it, and of two failures the first in the source's order
 * wins; `onError` and `errorTiming` change that. Unsubscribing frees the workers. Values wait, in a queue without limit
 * unless `maxPending` is set, until a worker has room. A task has a copy of its arguments as they were when `fn` described
 * the call: what waits is copied then, not when it was emitted.
 *
 * @param fn with a number of workers: the function to run in them, `(value, index, context)`; it is sent as source
 *   text, so it must not use variables from around it. With a pool: `(worker, value, index)`, runs here, once for each
 *   task when it is dispatched, and returns the call to make in a worker.
 * @param workers how many workers, an integer of at least 1; default: as many as the machine has cores. They are
 *   started for each subscription, and ended with it. Or a pool, made by `workerPool`, `localPool` or `bullmqPool`, or a
 *   threads.js `Pool`: shared, and never closed from here.
 * @param options see `ParallelOptions`.
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * Errors of the stream: what a task threw, as it threw it; or `TaskTimeoutError`, `WorkerCrashedError`, `CloneError`,
 * `ClosureError`, `OverflowError`, `WorkerInitError`, `PoolClosedError`. `taskOf(error)` tells which task it was.
 *
 * ```ts
 * import { range } from 'rxjs';
 * import { parallelMap } from 'rxjs-parallel';
 *
 * const fibonacci = (n: number): number => {
 *   const of = (k: number): number => (k < 2 ? k : of(k - 1) + of(k - 2));
 *   return of(n);
 * };
 * range(30, 8).pipe(parallelMap(fibonacci, 4)).subscribe(console.log);
 * ```
 */
export const parallelMap: ParallelOperator = (fn: unknown, workers?: unknown, options?: unknown): never => {
  if (typeof fn !== 'function') throw new TypeError(`parallelMap: fn must be a function, got ${show(fn)}`);
  const plan = planOf('parallelMap', options, isInline(workers));
  return parallel(crewOf('parallelMap', fn as never, workers, plan), plan, Ordered) as never;
};
