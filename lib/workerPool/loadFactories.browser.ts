/** When the engine is loaded, in browsers: by the first pool, so that a page pays for it only then. `#withFactories` in package.json chooses. */
import type { ClosablePool } from '../pool/publicPool.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';
import type * as engineModule from './factories.ts';
import { DeferredPool } from './deferredPool.ts';

type Engine = typeof engineModule;

let engine: Engine | undefined;

/** The pool that `make` makes, of that size and name: at once if the engine is there, else as soon as it is. */
export function withFactories(
  make: (parts: Engine) => ClosablePool,
  size: number,
  name?: string,
  prestarted?: PrestartedWorker,
): ClosablePool {
  if (engine !== undefined) return make(engine);
  const fetch = async (): Promise<ClosablePool> => {
    const parts = await import('./factories.ts');
    engine = parts;
    return make(parts);
  };
  return new DeferredPool(fetch, size, name, prestarted);
}
