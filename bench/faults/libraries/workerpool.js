/**
 * workerpool: its README. `promise.timeout(ms)`, from the task's start, and `promise.cancel()`; `addAbortListener` in the
 * worker; `terminate()` waits for what runs, `terminate(true)` does not.
 */
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { mergeMapped, owning } from '../mergeMapped.js';

export const has = ['timeout', 'signal', 'drain'];

export function open({ size, script, resourceLimits }) {
  const pool = workerpool.pool(fileURLToPath(script), {
    minWorkers: size,
    maxWorkers: size,
    workerType: 'thread',
    workerThreadOpts: { resourceLimits },
  });
  return {
    ...mergeMapped((method, value, { timeout, signal }) => {
      const promise = pool.exec(method, [value]);
      signal?.addEventListener('abort', () => void promise.cancel());
      return timeout === undefined ? promise : promise.timeout(timeout);
    }),
    close: ({ drain }) => pool.terminate(!drain),
  };
}

export const owned = owning(open, new URL('../workers/workerpool.js', import.meta.url));
