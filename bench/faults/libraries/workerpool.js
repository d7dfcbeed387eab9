/**
 * workerpool: its README. `promise.timeout(ms)`, from the task's start, and `promise.cancel()`; `addAbortListener` in the
 * worker; `terminate()` waits for what runs, `terminate(true)` does not.
 */
import { fileURLToPath } from 'node:url';
import { finalize } from 'rxjs';
import workerpool from 'workerpool';
import { mergeMapped, owning } from '../mergeMapped.js';

export const has = ['timeout', 'signal', 'drain', 'inline'];

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

class Scale {
  factor = 2;

  /** `exec` of a function sends its text. */
  inline = (source, size) => {
    const pool = workerpool.pool({ maxWorkers: size, workerType: 'thread' });
    const { settled } = mergeMapped((_method, value) => pool.exec((n) => n * this.factor, [value]));
    return settled(source, (value) => ({ value })).pipe(finalize(() => void pool.terminate(true)));
  };
}

export const { inline } = new Scale();

export const owned = owning(open, new URL('../workers/workerpool.js', import.meta.url));
