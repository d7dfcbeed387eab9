/** Loads the factories in browsers: for the first pool, so that a page pays for them only then. `#withFactories` in package.json chooses. */
import type { ClosablePool } from '../pool/contract.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';
import type * as factoriesModule from './factories.ts';
import { DeferredPool } from './deferredPool.ts';

type Factories = typeof factoriesModule;

let factories: Factories | undefined;

/** The pool that `make` makes, of that size and name: at once if the factories are there, else as soon as they are. */
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
