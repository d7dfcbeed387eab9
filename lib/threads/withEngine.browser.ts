/** When the engine is loaded, in browsers: by the first pool, so that a page pays for it only then. `#withEngine` in package.json chooses. */
import type { ClosablePool } from '../core/publicPool.ts';
import type { Early } from './early.ts';
import type * as engineModule from './engine.ts';
import { Later } from './later.ts';

type Engine = typeof engineModule;

let engine: Engine | undefined;

/** The pool that `make` makes, of that size and name: at once if the engine is there, else as soon as it is. */
export function withEngine(
  make: (parts: Engine) => ClosablePool,
  size: number,
  name?: string,
  early?: Early,
): ClosablePool {
  if (engine !== undefined) return make(engine);
  const fetch = async (): Promise<ClosablePool> => {
    const parts = await import('./engine.ts');
    engine = parts;
    return make(parts);
  };
  return new Later(fetch, size, name, early);
}
