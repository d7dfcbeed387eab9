/** The operators of a pool: those of the package, without the argument `workers`. */
import { iterate } from '#iterate';
import type { OperatorFunction } from 'rxjs';
import { checkFn, resolveOptions } from '../api/options.ts';
import type { WorkerPool } from '../api/pool.ts';
import { subscriptionSite } from '../primitives/callSite.ts';
import { CompletionQueue } from '../stream/completionQueue.ts';
import { resolveIterable } from '../stream/iterableOptions.ts';
import { parallelOperator, poolExecutor } from '../stream/operator.ts';
import { ReorderBuffer } from '../stream/reorderBuffer.ts';
import type { ResultBuffer } from '../stream/resultBuffer.ts';
import type { Pool } from '../pool/contract.ts';

type Operators = Pick<WorkerPool<any>, 'map' | 'mapUnordered' | 'mapIterable'>;
type Fn = (...args: any[]) => unknown;

export function poolOperators(pool: Pool): Operators {
  const operator = (
    caller: string,
    fn: Fn,
    options: unknown,
    results: new () => ResultBuffer,
    errorTiming?: 'in-order',
  ): OperatorFunction<any, any> => {
    checkFn(caller, fn);
    const resolved = resolveOptions(caller, options, false);
    return parallelOperator(
      poolExecutor(fn, pool),
      errorTiming === undefined ? resolved : { ...resolved, errorTiming },
      results,
    );
  };
  const mapIterable = (source: unknown, fn: Fn, options?: unknown): AsyncIterableIterator<any> => {
    const resolved = resolveIterable('pool.mapIterable', source, fn, options, false);
    return iterate(source, poolExecutor(fn, pool), resolved, subscriptionSite(mapIterable));
  };
  return {
    map: (fn: Fn, options?: unknown) => operator('pool.map', fn, options, ReorderBuffer),
    // An error waits for no result there: `errorTiming` has nothing to say.
    mapUnordered: (fn: Fn, options?: unknown) =>
      operator('pool.mapUnordered', fn, options, CompletionQueue, 'in-order'),
    mapIterable,
  };
}
