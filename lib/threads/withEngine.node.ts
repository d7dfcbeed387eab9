/** When the engine is loaded, in Node: with the rest, of which it is a part. `#withEngine` in package.json chooses. */
import type { ClosablePool } from '../core/publicPool.ts';
import type { Early } from './early.ts';
import * as engine from './engine.ts';

/** The pool that `make` makes. */
export function withEngine(
  make: (parts: typeof engine) => ClosablePool,
  _size: number,
  _name?: string,
  _early?: Early,
): ClosablePool {
  return make(engine);
}
