/** The executor: how a value becomes a call, and which pool makes the call. */
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import { recorder } from '../pool/callRecorder.ts';
import type { Description, Pool } from '../pool/contract.ts';

/** The pool of one subscription, and how to release it in the end. */
export interface Lease {
  readonly pool: Pool;
  readonly release?: () => void;
}

/** The meaning of the argument `workers`. */
export interface Executor {
  readonly describe: (value: any, index: number) => Description;
  acquire(): Lease;
}

/**
 * An executor for the calls that `fn` describes on `pool`.
 *
 * @throws TypeError: the pool does not support one of the options.
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
