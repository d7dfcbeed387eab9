import { Tinypool } from 'tinypool';

export const concurrency = { default: 4 };

export function open({ size }) {
  const pool = new Tinypool({
    filename: new URL('../workers/tinypool.js', import.meta.url).href,
    minThreads: size,
    maxThreads: size,
  });
  return {
    call: (task, value, transferList) => pool.run(value, { name: task, transferList }),
    close: () => pool.destroy(),
  };
}
