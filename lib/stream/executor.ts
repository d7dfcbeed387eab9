/** From a value to a call, and to the pool that makes it. */
import type { ResolvedOptions } from '../api/options.ts';
import { recorder } from '../pool/callRecorder.ts';
import type { Description, Pool } from '../pool/contract.ts';

/** A pool for one subscription, and what to do when that is over. */
export interface Lease {
  readonly pool: Pool;
  readonly release?: () => void;
}

/** What `workers` means: how `fn` becomes calls, and which pool makes them. */
export interface Executor {
  readonly describe: (value: any, index: number) => Description;
  acquire(): Lease;
}

/**
 * Calls that `fn` describes, made by `pool`.
 *
 * @throws TypeError: it cannot do what the options want.
 */
export function poolExecutor(
  caller: string,
  fn: (...args: any[]) => unknown,
  pool: Pool,
  { buffer, sticky }: ResolvedOptions,
): Executor {
  const reason = (buffer === undefined ? undefined : pool.oneResult) ?? (sticky ? pool.notSticky : undefined);
  if (reason !== undefined) throw new TypeError(`${caller}: ${reason}`);
  const describe = recorder();
  return { describe: (value, index) => describe(fn, value, index), acquire: () => ({ pool }) };
}
