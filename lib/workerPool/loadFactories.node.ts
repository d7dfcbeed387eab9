/** When the engine is loaded, in Node: with the rest, of which it is a part. `#withFactories` in package.json chooses. */
import type { ClosablePool } from '../pool/publicPool.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';
import * as engine from './factories.ts';

/** The pool that `make` makes. */
export function withFactories(
  make: (parts: typeof engine) => ClosablePool,
  _size: number,
  _name?: string,
  _early?: PrestartedWorker,
): ClosablePool {
  return make(engine);
}
