/** The options of `localPool`, and the parts of a public pool made of them. */
import { record, show } from '../api/checks.ts';
import { type WorkerHooks, checkHooks } from '../api/workerHooks.ts';
import type { ClosablePool } from '../pool/contract.ts';
import type { Methods } from '../protocol/methods.ts';
import { type CarryOptions, carrying } from '../publicPool/carrying.ts';
import { LocalDispatcher } from './localDispatcher.ts';
import { LocalHooks } from './localHooks.ts';

/** Options of `localPool`. */
export interface LocalPoolOptions extends WorkerHooks, CarryOptions {
  /** The argument of `setup`, copied when the pool is made. Default: undefined. */
  readonly data?: unknown;
}

/** The arguments of a public pool. @throws TypeError */
export function openLocalPool(
  api: object,
  options: LocalPoolOptions | undefined,
): [pool: ClosablePool, maxQueue: undefined, carry: (() => unknown) | undefined] {
  if (typeof api !== 'object' || api === null)
    throw new TypeError(`localPool: api must be an object of functions, got ${show(api)}`);
  const { carry, data, ...hooks } = record('localPool: options', options, ['setup', 'teardown', 'data', 'carry']);
  checkHooks('localPool', hooks);
  const dispatcher = new LocalDispatcher(api as Methods, new LocalHooks(hooks, data));
  return [dispatcher, undefined, carrying('localPool: carry', carry)];
}
