import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';

export const concurrency = { default: 4 };

export function open({ size }) {
  const pool = workerpool.pool(fileURLToPath(new URL('../workers/workerpool.js', import.meta.url)), {
    minWorkers: size,
    maxWorkers: size,
    workerType: 'thread',
  });
  return {
    call: (task, value, transfer) => pool.exec(task, [value], { transfer }),
    close: () => pool.terminate(),
  };
}
