/** The public pool with the members of RxJS. */
import { captureContext, diagnostics } from '#platform';
import { Observable } from 'rxjs';
import type { PoolEvent, WorkerPool } from '../api/types/pool.ts';
import { type ClosablePool, ENGINE_POOL } from '../pool/contract.ts';
import { basicPool } from './basicPool.ts';
import { parallelOperator } from '../stream/operator.ts';
import { poolOperators } from './poolOperators.ts';

export function publicPool<Api>(pool: ClosablePool, maxQueue?: number, carry?: () => unknown): WorkerPool<Api> {
  const basic = basicPool<Api>(pool, maxQueue, carry);
  const shown = Object.assign(basic, poolOperators<any>(basic[ENGINE_POOL], parallelOperator), {
    // Each subscriber in its own async context.
    events$: new Observable<PoolEvent>((subscriber) => {
      const inContext = captureContext();
      return pool.listen({
        next: (event) => inContext(() => subscriber.next(event)),
        complete: () => inContext(() => subscriber.complete()),
      });
    }),
  });
  diagnostics?.pool(shown);
  return shown;
}
