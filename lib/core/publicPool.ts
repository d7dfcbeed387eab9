/** A pool as users see it, around one as the engine sees it. */
import { captureContext, inNoContext } from '#platform';
import { Observable, lastValueFrom, of } from 'rxjs';
import { planOf, record, show } from '../options.ts';
import {
  type CloseOptions,
  type Pool,
  type PoolEvent,
  type PoolStats,
  type RunOptions,
  type WorkerPool,
  engine,
} from '../pool.ts';
import { crewOn, parallel } from './operator.ts';
import { Unordered } from './unordered.ts';

/** What a pool offers besides taking streams. */
export interface ClosablePool extends Pool {
  readonly events$: Observable<PoolEvent>;
  stats(): Omit<PoolStats, 'dropped'>;
  close(drain: boolean): Promise<void>;
}

/** Hosts without `Symbol.asyncDispose` (Safari) still get a method that a polyfill finds. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as never);

export function publicPool<Api>(pool: ClosablePool): WorkerPool<Api> {
  const close = async (options?: CloseOptions): Promise<void> => {
    const { drain = true } = record('pool.close: options', options, ['drain']);
    if (typeof drain !== 'boolean') throw new TypeError(`pool.close: drain must be true or false, got ${show(drain)}`);
    return inNoContext(() => pool.close(drain));
  };
  const run = async (fn: unknown, options?: RunOptions): Promise<never> => {
    if (typeof fn !== 'function') throw new TypeError(`pool.run: fn must be a function, got ${show(fn)}`);
    const { signal, timeout } = record('pool.run: options', options, ['signal', 'timeout']);
    const plan = planOf('pool.run', { signal, timeout }, false);
    const crew = crewOn((worker: unknown) => (fn as (worker: unknown) => unknown)(worker), pool);
    return lastValueFrom(of(undefined).pipe(parallel<undefined, never>(crew, plan, Unordered)));
  };
  let dropped = 0;
  // What streams dropped never came to the pool: it is counted here, the same for all pools.
  const seen: Pool = { size: pool.size, attach: (feed) => pool.attach(feed), dropped: () => void dropped++ };
  const shown = {
    size: pool.size,
    // Each listener in its own async context.
    events$: new Observable<PoolEvent>((subscriber) => {
      const inContext = captureContext();
      return pool.events$.subscribe({
        next: (event) => inContext(() => subscriber.next(event)),
        complete: () => inContext(() => subscriber.complete()),
      });
    }),
    run,
    stats: () => ({ ...pool.stats(), dropped }),
    close,
    [asyncDispose]: () => close(),
    [engine]: seen,
  };
  return shown as WorkerPool<Api>;
}
