import type { OperatorFunction } from 'rxjs';
import type { FlatEmitted, FlatFn, FlatReturned } from './api/types/flatSignature.ts';
import type { FlatOptionsWithPool, ManyValues, ParallelFlatOptions, Values } from './api/types/manyValues.ts';
import { checkFn } from './api/checks.ts';
import type { Sent } from './api/types/remote.ts';
import type { Fn, Options, Value, Workers } from './api/types/signature.ts';
import { executorOf, isInline } from './executorOf.ts';
import { ConcatBuffer } from './stream/results/concatBuffer.ts';
import { resolveFlat } from './stream/flatOptions.ts';
import { parallelOperator } from './stream/operator.ts';

/** The type of `parallelConcatMap` and `parallelMergeMap`; `fn` and `workers` are as for `parallelMap`. */
export interface ParallelFlatOperator {
  <T, R extends ManyValues | PromiseLike<ManyValues>>(
    fn: Fn<undefined, T, T, undefined, R>,
  ): OperatorFunction<T, Sent<Values<Awaited<R>>>>;
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
  ): OperatorFunction<Value<W, V, P>, FlatEmitted<W, Value<W, V, P>, R, Mode>>;
}

/**
 * Runs `fn` on every value, several at once on other cores, and emits all values that the first task gives, while that runs, then
 * those of the second, as `concatMap` would.
 *
 * ```
 * source:  ab----------|
 *          parallelConcatMap(fn, 2)      a gives 1, 2, 3 in frames 1, 3, 6, and b 7, 8, 9 in frames 2, 4, 5
 * result:  -1-2--(3789)|
 * ```
 *
 * The task is a generator or async generator, or returns an iterable, async iterable, ReadableStream or Observable, or a
 * promise of one. At most `buffer` values of a task may wait to be emitted: a task that has given so many is not asked for its
 * next value, so that even an infinite generator pauses. An Observable cannot be paused: beyond `buffer` it fails with
 * `OverflowError`. Unsubscribing runs the `finally` of a generator.
 *
 * A failing task errors the stream after the values that it has given. A task that has given values is never run again. With
 * `onError: 'settle'` a rejected entry follows the values of a failed task; with `'skip'` only its values are emitted. A `timeout`
 * is for the whole task, including the time in which it waits for its values to be emitted.
 *
 * @param fn as for `parallelMap`, for tasks that give many values.
 * @param workers as for `parallelMap`, but no `bullmqPool`, and no worker that uses the `expose` of threads.js.
 * @param options see `ParallelFlatOptions`.
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * ```ts
 * import { of } from 'rxjs';
 * import { parallelConcatMap } from 'rxjs-parallel';
 *
 * function* upTo(n: number): Generator<number> {
 *   for (let each = 1; each <= n; each++) yield each;
 * }
 * of(3, 2).pipe(parallelConcatMap(upTo, 2)).subscribe(console.log); // 1, 2, 3, 1, 2
 * ```
 */
export const parallelConcatMap: ParallelFlatOperator = (fn: unknown, workers?: unknown, options?: unknown): never => {
  checkFn('parallelConcatMap', fn);
  const resolved = resolveFlat('parallelConcatMap', options, isInline(workers));
  const executor = executorOf('parallelConcatMap', fn as never, workers, resolved);
  return parallelOperator(executor, resolved, ConcatBuffer) as never;
};
