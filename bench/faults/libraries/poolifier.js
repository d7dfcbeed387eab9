/**
 * poolifier: its README and docs/api.md. `execute` takes a signal, so a time limit is a signal, too; with
 * `enableTasksQueue` a worker has one task at a time, and the others can go elsewhere. `destroy()` is its only end.
 */
import { fileURLToPath } from 'node:url';
import { FixedThreadPool, PoolEvents } from 'poolifier';
import { mergeMapped, owning } from '../mergeMapped.js';
import { signalOf } from '../signalOf.js';

export const has = ['timeout', 'signal'];

export function open({ size, script, resourceLimits }) {
  const pool = new FixedThreadPool(size, fileURLToPath(script), {
    enableTasksQueue: true,
    errorHandler: () => {},
    workerOptions: { resourceLimits },
  });
  // Unheard, an `error` ends the process.
  pool.emitter?.on(PoolEvents.error, () => {});
  return {
    ...mergeMapped((method, value, options) => pool.execute(value, method, signalOf(options))),
    close: () => pool.destroy(),
  };
}

export const owned = owning(open, new URL('../workers/poolifier.js', import.meta.url));
