/**
 * piscina: its README. A signal cancels a task, and ends its worker where it runs; a time limit is a signal, too.
 * `close()` waits for the tasks that have begun, `destroy()` does not.
 */
import { Piscina } from 'piscina';
import { mergeMapped, owning } from '../mergeMapped.js';
import { signalOf } from '../signalOf.js';

export const has = ['timeout', 'signal', 'drain'];

export function open({ size, script, resourceLimits }) {
  const pool = new Piscina({ filename: script.href, minThreads: size, maxThreads: size, resourceLimits });
  // What happens outside of a task; unheard, it ends the process.
  pool.on('error', () => {});
  return {
    ...mergeMapped((method, value, options) => pool.run(value, { name: method, signal: signalOf(options) })),
    close: ({ drain }) => (drain ? pool.close() : pool.destroy()),
  };
}

export const owned = owning(open, new URL('../workers/piscina.js', import.meta.url));
