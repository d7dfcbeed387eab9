/** The operators of a pool: those of the package, without the argument `workers`. */
import type { OperatorFunction } from 'rxjs';
import { type ResolvedOptions, checkFn, resolveOptions } from '../api/options.ts';
import type { WorkerPool } from '../api/pool.ts';
import { CompletionQueue } from '../stream/completionQueue.ts';
import { ConcatBuffer } from '../stream/concatBuffer.ts';
import { resolveFlat } from '../stream/flatOptions.ts';
import { MergeBuffer } from '../stream/mergeBuffer.ts';
import { poolExecutor } from '../stream/executor.ts';
import { parallelOperator } from '../stream/operator.ts';
import { ReorderBuffer } from '../stream/reorderBuffer.ts';
import type { ResultBuffer } from '../stream/resultBuffer.ts';
import type { Pool } from '../pool/contract.ts';

type Operators = Pick<WorkerPool<any>, 'map' | 'mapUnordered' | 'concatMap' | 'mergeMap'>;
type Fn = (...args: any[]) => unknown;

export function poolOperators(pool: Pool): Operators {
  const operator =
    (
      caller: string,
      resolve: (caller: string, options: unknown, inline: boolean) => ResolvedOptions,
      results: new () => ResultBuffer,
      errorTiming?: 'in-order',
    ) =>
    (fn: Fn, options?: unknown): OperatorFunction<any, any> => {
      checkFn(caller, fn);
      const resolved = resolve(caller, options, false);
      return parallelOperator(
        poolExecutor(caller, fn, pool, resolved),
        errorTiming === undefined ? resolved : { ...resolved, errorTiming },
        results,
      );
    };
  // Where an error waits for no result before it, `errorTiming` has nothing to say.
  return {
    map: operator('pool.map', resolveOptions, ReorderBuffer),
    mapUnordered: operator('pool.mapUnordered', resolveOptions, CompletionQueue, 'in-order'),
    concatMap: operator('pool.concatMap', resolveFlat, ConcatBuffer),
    mergeMap: operator('pool.mergeMap', resolveFlat, MergeBuffer, 'in-order'),
  };
}
