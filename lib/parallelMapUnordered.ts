import { parallelOperator } from './stream/operator.ts';
import { CompletionQueue } from './stream/results/completionQueue.ts';
import { checkFn } from './api/checks.ts';
import { type ResolvedOptions, resolveOptions } from './api/resolveOptions.ts';
import type { ParallelOperator } from './parallelMap.ts';
import { executorOf, isInline } from './executorOf.ts';

/**
 * Runs `fn` on every value, several at once on other cores, and emits each result as soon as its task is complete, as
 * Python's `as_completed` does.
 *
 * ```
 * source:  --a--b--c----|
 *          parallelMapUnordered(fn, 2)   a takes 5 frames, b takes 1, c takes 4
 * result:  ------ba----c|
 * ```
 *
 * A failing task errors the stream at once, unless `onError` says otherwise. Parameters, options and errors are those
 * of `parallelMap`.
 *
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * ```ts
 * import { of } from 'rxjs';
 * import { parallelMapUnordered } from 'rxjs-parallel';
 *
 * const wait = async (ms: number): Promise<number> => {
 *   await new Promise((resolve) => setTimeout(resolve, ms));
 *   return ms;
 * };
 * of(300, 100, 200).pipe(parallelMapUnordered(wait, 3)).subscribe(console.log); // 100, 200, 300
 * ```
 */
export const parallelMapUnordered: ParallelOperator = (fn: unknown, workers?: unknown, options?: unknown): never => {
  checkFn('parallelMapUnordered', fn);
  // Unordered results have no results before them: `errorTiming` has no effect.
  const resolved: ResolvedOptions = {
    ...resolveOptions('parallelMapUnordered', options, isInline(workers)),
    errorTiming: 'in-order',
  };
  return parallelOperator(
    executorOf('parallelMapUnordered', fn as never, workers, resolved),
    resolved,
    CompletionQueue,
  ) as never;
};
