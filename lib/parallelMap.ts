import type { OperatorFunction } from 'rxjs';
import { parallelOperator } from './stream/operator.ts';
import { ReorderBuffer } from './stream/results/reorderBuffer.ts';
import { checkFn } from './api/checks.ts';
import type { OptionsWithPool, ParallelOptions } from './api/types/options.ts';
import { resolveOptions } from './api/resolveOptions.ts';
import type { Emitted, Fn, Options, Returned, Value, Workers } from './api/types/signature.ts';
import { executorOf, isInline } from './executorOf.ts';

/**
 * The type of `parallelMap` and `parallelMapUnordered`. With a number of workers `fn(value, index, context)` itself runs in them:
 * it is sent as source text, so it must not use variables from around it. With a pool `fn(worker, value, index)` runs here and
 * returns the call to make in a worker; calls with different results are a union.
 */
export interface ParallelOperator {
  // Without docs: where the operator is called, editors show its own.
  <T, R>(fn: Fn<undefined, T, T, undefined, R>): OperatorFunction<T, Awaited<R>>;
  <
    V,
    P,
    R extends Returned<W>,
    W extends Workers,
    const Context = undefined,
    Mode extends 'throw' | 'settle' | 'skip' = never,
    State = Context,
  >(
    fn: Fn<W, V, P, NoInfer<Awaited<State>>, R>,
    workers: W,
    options?: Options<W, ParallelOptions<NoInfer<V>, Context, Mode, State>, OptionsWithPool<Mode, NoInfer<P>>>,
  ): OperatorFunction<Value<W, V, P>, Emitted<W, Value<W, V, P>, R, Mode>>;
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
 * A failing task errors the stream after the results before it, and of two failures the first in the order of the source
 * counts; `onError` and `errorTiming` change that. Unsubscribing frees the workers. Values wait until a worker has room, in a
 * queue without limit unless `maxPending` is set. A task has a copy of its arguments as they were when `fn` described the call,
 * not when the value was emitted.
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
 * Errors of the stream: the error that a task threw; or `TaskTimeoutError`, `WorkerCrashedError`, `CloneError`,
 * `ClosureError`, `OverflowError`, `WorkerInitError`, `PoolClosedError`. `taskOf(error)` returns the task of the error.
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
  checkFn('parallelMap', fn);
  const resolved = resolveOptions('parallelMap', options, isInline(workers));
  return parallelOperator(executorOf('parallelMap', fn as never, workers, resolved), resolved, ReorderBuffer) as never;
};
