/** The factories in Node: loaded with the rest. `#withFactories` in package.json selects this file. */
import type { ClosablePool } from '../pool/contract.ts';
import type { PrestartedWorker } from './prestartedWorker.ts';
import * as factories from './factories.ts';

/** The pool that `make` makes. */
export function withFactories(
  make: (parts: typeof factories) => ClosablePool,
  _size: number,
  _name?: string,
  _prestarted?: PrestartedWorker,
): ClosablePool {
  return make(factories);
}
