/** This package, as it is built in `dist`; on every host. */
import { map } from 'rxjs';
import { Worker, parallelMap, parallelMapUnordered, workerPool } from '../../../dist/node/index.js';

export const has = ['timeout', 'signal', 'drain', 'factory', 'inline'];

export function open({ size, script, start, initTimeout, resourceLimits }) {
  let made = 0;
  const factory = () => {
    if (start === 'factory') throw new Error('no worker today');
    return new Worker(script, { type: 'module', name: `worker ${++made}`, resourceLimits });
  };
  const pool = workerPool(factory, { size, initTimeout });
  return {
    /** @type {(source: any, taskOf: any, options?: { timeout?: number, retries?: number, terminateAfter?: number }) => any} */
    settled: (source, taskOf, { timeout, retries, terminateAfter } = {}) =>
      source.pipe(
        parallelMapUnordered(
          (worker, n) => {
            const { method, value } = taskOf(n);
            return worker[method](value);
          },
          pool,
          { onError: 'settle', timeout, crashRetries: retries, terminateAfter },
        ),
        map(({ input, status, reason, value }) => ({ index: input, ok: status === 'fulfilled', reason, value })),
      ),
    /** @type {(task: any, options?: { signal?: AbortSignal }) => Promise<unknown>} */
    run: ({ method, value }, { signal } = {}) => pool.run((worker) => worker[method](value), { signal }),
    close: ({ drain }) => pool.close({ drain }),
  };
}

class Scale {
  factor = 2;

  inline = (source, size) =>
    source.pipe(
      parallelMapUnordered((n) => n * this.factor, size, { onError: 'settle' }),
      map(({ input, status, reason, value }) => ({ index: input, ok: status === 'fulfilled', reason, value })),
    );
}

export const { inline } = new Scale();

/** A number of workers: the function is sent to them. */
export const owned = (source, size) =>
  source.pipe(
    parallelMap((task) => {
      new BroadcastChannel('faults').postMessage({ task });
      for (;;);
    }, size),
  );
