import { checkFn } from './api/checks.ts';
import { executorOf, isInline } from './executorOf.ts';
import type { ParallelFlatOperator } from './parallelConcatMap.ts';
import { resolveFlat } from './stream/flatOptions.ts';
import { MergeBuffer } from './stream/results/mergeBuffer.ts';
import { parallelOperator } from './stream/operator.ts';

/**
 * Runs `fn` on every value, several at once on other cores, and emits each value that the tasks give as it comes, as `mergeMap`
 * would; values of one task stay in order.
 *
 * ```
 * source:  ab----------|
 *          parallelMergeMap(fn, 2)       a gives 1, 2, 3 in frames 1, 3, 6, and b 7, 8, 9 in frames 2, 4, 5
 * result:  -172893-----|
 * ```
 *
 * Parameters, options and errors are those of `parallelConcatMap`; a failing task errors the stream at once, unless `onError`
 * says otherwise.
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * ```ts
 * import { of } from 'rxjs';
 * import { parallelMergeMap } from 'rxjs-parallel';
 *
 * async function* ticks(ms: number): AsyncGenerator<number> {
 *   for (let n = 1; n <= 3; n++) {
 *     await new Promise((resolve) => setTimeout(resolve, ms));
 *     yield ms * n;
 *   }
 * }
 * of(20, 50).pipe(parallelMergeMap(ticks, 2)).subscribe(console.log); // 20, 40, 50, 60, 100, 150
 * ```
 */
export const parallelMergeMap: ParallelFlatOperator = (fn: unknown, workers?: unknown, options?: unknown): never => {
  checkFn('parallelMergeMap', fn);
  const resolved = resolveFlat('parallelMergeMap', options, isInline(workers));
  const executor = executorOf('parallelMergeMap', fn as never, workers, resolved);
  // Unordered values have no tasks before them: `errorTiming` has no effect.
  return parallelOperator(executor, { ...resolved, errorTiming: 'in-order' }, MergeBuffer) as never;
};
