/**
 * threads.js: https://threads.js.org/usage-pool. `task.cancel()` is for tasks that have not started, `pool.terminate(true)`
 * ends what runs, `completed()` waits for it before; `spawn` takes a `timeout` for the worker to come up.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool, Worker, spawn } from 'threads';
import { mergeMapped, owning } from '../mergeMapped.js';

export const has = ['drain', 'factory'];

export function open({ size, script, start, initTimeout, resourceLimits }) {
  // It takes a path relative to this file.
  const path = relative(import.meta.dirname, fileURLToPath(script));
  const factory = () => {
    if (start === 'factory') return Promise.reject(new Error('no worker today'));
    return spawn(new Worker(path, { resourceLimits }), { timeout: initTimeout });
  };
  const pool = Pool(factory, size);
  return {
    ...mergeMapped((method, value) => pool.queue((thread) => thread[method](value))),
    close: ({ drain }) => (drain ? pool.completed(true).then(() => pool.terminate()) : pool.terminate(true)),
  };
}

export const owned = owning(open, new URL('../workers/threads-pool.js', import.meta.url));
