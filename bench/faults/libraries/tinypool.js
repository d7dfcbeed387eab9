/** tinypool: its README, which refers to piscina's for signals. `destroy()` is its only end. */
import { Tinypool } from 'tinypool';
import { mergeMapped, owning } from '../mergeMapped.js';
import { signalOf } from '../signalOf.js';

export const has = ['timeout', 'signal'];

export function open({ size, script, resourceLimits }) {
  const pool = new Tinypool({ filename: script.href, minThreads: size, maxThreads: size, resourceLimits });
  // What happens outside of a task; unheard, it ends the process.
  pool.on('error', () => {});
  return {
    ...mergeMapped((method, value, options) => pool.run(value, { name: method, signal: signalOf(options) })),
    close: () => pool.destroy(),
  };
}

export const owned = owning(open, new URL('../workers/piscina.js', import.meta.url));
