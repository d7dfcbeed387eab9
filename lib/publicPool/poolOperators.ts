/** The operators as methods of a pool, without the argument `workers`, for any kind of Observable. */
import { checkFn } from '../api/checks.ts';
import { type ResolvedOptions, resolveOptions } from '../api/resolveOptions.ts';
import { CompletionQueue } from '../stream/results/completionQueue.ts';
import { ConcatBuffer } from '../stream/results/concatBuffer.ts';
import { resolveFlat } from '../stream/flatOptions.ts';
import { MergeBuffer } from '../stream/results/mergeBuffer.ts';
import { type Executor, poolExecutor } from '../stream/executor.ts';
import { ReorderBuffer } from '../stream/results/reorderBuffer.ts';
import type { ResultBuffer } from '../stream/results/resultBuffer.ts';
import type { Pool } from '../pool/contract.ts';

type Fn = (...args: any[]) => unknown;
type Operators<Operator> = Record<
  'map' | 'mapUnordered' | 'concatMap' | 'mergeMap',
  (fn: Fn, options?: unknown) => Operator
>;

/** `parallelOperator` makes an operator over one kind of Observable. */
export function poolOperators<Operator>(
  pool: Pool,
  parallelOperator: (
    executor: Executor,
    options: ResolvedOptions,
    results: new () => ResultBuffer,
    caller: string,
  ) => Operator,
): Operators<Operator> {
  const operator =
    (
      caller: string,
      resolve: (caller: string, options: unknown, inline: boolean) => ResolvedOptions,
      results: new () => ResultBuffer,
      errorTiming?: 'in-order',
    ) =>
    (fn: Fn, options?: unknown): Operator => {
      checkFn(caller, fn);
      const resolved = resolve(caller, options, false);
      return parallelOperator(
        poolExecutor(caller, fn, pool, resolved),
        errorTiming === undefined ? resolved : { ...resolved, errorTiming },
        results,
        caller,
      );
    };
  // Unordered results have no results before them: `errorTiming` has no effect.
  return {
    map: operator('pool.map', resolveOptions, ReorderBuffer),
    mapUnordered: operator('pool.mapUnordered', resolveOptions, CompletionQueue, 'in-order'),
    concatMap: operator('pool.concatMap', resolveFlat, ConcatBuffer),
    mergeMap: operator('pool.mergeMap', resolveFlat, MergeBuffer, 'in-order'),
  };
}
