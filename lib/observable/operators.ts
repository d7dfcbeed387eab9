import type { FlatEmitted, FlatFn, FlatReturned } from '../api/types/flatSignature.ts';
import type { FlatOptionsWithPool, ManyValues, ParallelFlatOptions, Values } from '../api/types/manyValues.ts';
import { checkFn } from '../api/checks.ts';
import type { OptionsWithPool, ParallelOptions } from '../api/types/options.ts';
import { type ResolvedOptions, resolveOptions } from '../api/resolveOptions.ts';
import type { Sent } from '../api/types/remote.ts';
import type { Emitted, Fn, Options, Returned, Value, Workers } from '../api/types/signature.ts';
import { executorOf, isInline } from '../executorOf.ts';
import { CompletionQueue } from '../stream/results/completionQueue.ts';
import { ConcatBuffer } from '../stream/results/concatBuffer.ts';
import { resolveFlat } from '../stream/flatOptions.ts';
import { MergeBuffer } from '../stream/results/mergeBuffer.ts';
import { ReorderBuffer } from '../stream/results/reorderBuffer.ts';
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';
import { type Operator, parallelOperator } from './operator.ts';

/** The type of `parallelMap` and `parallelMapUnordered`; `fn`, `workers` and `options` are as in `rxjs-parallel`. */
export interface ParallelOperator {
  <T, R>(fn: Fn<undefined, T, T, undefined, R>): Operator<T, Awaited<R>>;
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
  ): Operator<Value<W, V, P>, Emitted<W, Value<W, V, P>, R, Mode>>;
}

/** The type of `parallelConcatMap` and `parallelMergeMap`; `fn`, `workers` and `options` are as in `rxjs-parallel`. */
export interface ParallelFlatOperator {
  <T, R extends ManyValues | PromiseLike<ManyValues>>(
    fn: Fn<undefined, T, T, undefined, R>,
  ): Operator<T, Sent<Values<Awaited<R>>>>;
  <
    V,
    P,
    R extends FlatReturned<W>,
    W extends Workers,
    const Context = undefined,
    Mode extends 'throw' | 'settle' | 'skip' = never,
    State = Context,
  >(
    fn: FlatFn<W, V, P, NoInfer<Awaited<State>>, R>,
    workers: W,
    options?: Options<W, ParallelFlatOptions<NoInfer<V>, Context, Mode, State>, FlatOptionsWithPool<Mode>>,
  ): Operator<Value<W, V, P>, FlatEmitted<W, Value<W, V, P>, R, Mode>>;
}

type Resolve = (caller: string, options: unknown, inline: boolean) => ResolvedOptions;

/** An operator; `errorTiming` is fixed for those without results in order, where that option has no effect. */
function operator(
  caller: string,
  resolve: Resolve,
  results: new () => ResultBuffer,
  errorTiming?: 'in-order',
): (fn: unknown, workers?: unknown, options?: unknown) => never {
  return (fn, workers, options) => {
    checkFn(caller, fn);
    const given = resolve(caller, options, isInline(workers));
    const resolved = errorTiming === undefined ? given : { ...given, errorTiming };
    return parallelOperator(executorOf(caller, fn as never, workers, resolved), resolved, results, caller) as never;
  };
}

/**
 * Runs `fn` on every value of an Observable of the platform, several at once on other cores, and emits the results in the
 * order of the source. Call the result with that source: an Observable, or anything else that `Observable.from` accepts.
 *
 * ```
 * source:  --a--b--c----|
 *          parallelMap(fn, 2)            a takes 5 frames, b takes 1, c takes 4
 * result:  -------(ab)-c|
 * ```
 *
 * `fn`, `workers`, `options` and errors are those of `parallelMap` in `rxjs-parallel`. To unsubscribe, abort the signal that was
 * given to `subscribe`; those who subscribe while it runs share one run.
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
 *
 * ```ts
 * import { parallelMap } from 'rxjs-parallel/observable';
 *
 * const clicks = button.when('click').map(() => input.valueAsNumber);
 * const counted = parallelMap((limit: number) => countPrimes(limit), 4)(clicks);
 * counted.subscribe((count) => console.log(count), { signal });
 * ```
 */
export const parallelMap: ParallelOperator = /* @__PURE__ */ operator('parallelMap', resolveOptions, ReorderBuffer);

/**
 * Runs `fn` on every value, several at once on other cores, and emits each result as soon as its task is complete.
 *
 * ```
 * source:  --a--b--c----|
 *          parallelMapUnordered(fn, 2)   a takes 5 frames, b takes 1, c takes 4
 * result:  ------ba----c|
 * ```
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
 */
export const parallelMapUnordered: ParallelOperator = /* @__PURE__ */ operator(
  'parallelMapUnordered',
  resolveOptions,
  CompletionQueue,
  'in-order',
);

/**
 * Runs `fn` on every value, several at once on other cores, and emits all values that the first task gives, while that runs, then
 * those of the second.
 *
 * ```
 * source:  ab----------|
 *          parallelConcatMap(fn, 2)      a gives 1, 2, 3 in frames 1, 3, 6, and b 7, 8, 9 in frames 2, 4, 5
 * result:  -1-2--(3789)|
 * ```
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
 */
export const parallelConcatMap: ParallelFlatOperator = /* @__PURE__ */ operator(
  'parallelConcatMap',
  resolveFlat,
  ConcatBuffer,
);

/**
 * Runs `fn` on every value, several at once on other cores, and emits each value that the tasks give as it comes.
 *
 * ```
 * source:  ab----------|
 *          parallelMergeMap(fn, 2)       a gives 1, 2, 3 in frames 1, 3, 6, and b 7, 8, 9 in frames 2, 4, 5
 * result:  -172893-----|
 * ```
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be; TypeError: the platform has no Observable.
 */
export const parallelMergeMap: ParallelFlatOperator = /* @__PURE__ */ operator(
  'parallelMergeMap',
  resolveFlat,
  MergeBuffer,
  'in-order',
);
