/** The factories in browsers: fetched with the first pool. `#withFactories` in package.json selects this file. */
import type { ClosablePool } from '../pool/contract.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';
import type * as factoriesModule from './factories.ts';
import { DeferredPool } from './deferredPool.ts';

type Factories = typeof factoriesModule;

let factories: Factories | undefined;

/** The pool that `make` makes, if the factories are loaded; else a `DeferredPool` of this size and name in front of it. */
export function withFactories(
  make: (parts: Factories) => ClosablePool,
  size: number,
  name?: string,
  prestarted?: PrestartedWorker,
): ClosablePool {
  if (factories !== undefined) return make(factories);
  const fetch = async (): Promise<ClosablePool> => {
    const parts = await import('./factories.ts');
    factories = parts;
    return make(parts);
  };
  return new DeferredPool(fetch, size, name, prestarted);
}
