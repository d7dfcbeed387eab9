/** The operators of a pool: those of the package, without the argument `workers`. */
import { iterate } from '#iterate';
import type { OperatorFunction } from 'rxjs';
import { type ResolvedOptions, checkFn, resolveOptions } from '../api/options.ts';
import type { WorkerPool } from '../api/pool.ts';
import { subscriptionSite } from '../primitives/callSite.ts';
import { CompletionQueue } from '../stream/completionQueue.ts';
import { ConcatBuffer } from '../stream/concatBuffer.ts';
import { resolveFlat } from '../stream/flatOptions.ts';
import { resolveIterable } from '../stream/iterableOptions.ts';
import { MergeBuffer } from '../stream/mergeBuffer.ts';
import { parallelOperator, poolExecutor } from '../stream/operator.ts';
import { ReorderBuffer } from '../stream/reorderBuffer.ts';
import type { ResultBuffer } from '../stream/resultBuffer.ts';
import type { Pool } from '../pool/contract.ts';

type Operators = Pick<WorkerPool<any>, 'map' | 'mapUnordered' | 'mapIterable' | 'concatMap' | 'mergeMap'>;
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
  const mapIterable = (source: unknown, fn: Fn, options?: unknown): AsyncIterableIterator<any> => {
    const resolved = resolveIterable('pool.mapIterable', source, fn, options, false);
    const executor = poolExecutor('pool.mapIterable', fn, pool, resolved);
    return iterate(source, executor, resolved, subscriptionSite(mapIterable));
  };
  // Where an error waits for no result before it, `errorTiming` has nothing to say.
  return {
    map: operator('pool.map', resolveOptions, ReorderBuffer),
    mapUnordered: operator('pool.mapUnordered', resolveOptions, CompletionQueue, 'in-order'),
    mapIterable,
    concatMap: operator('pool.concatMap', resolveFlat, ConcatBuffer),
    mergeMap: operator('pool.mergeMap', resolveFlat, MergeBuffer, 'in-order'),
  };
}
