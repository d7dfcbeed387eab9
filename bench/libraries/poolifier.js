import { fileURLToPath } from 'node:url';
import { FixedThreadPool, WorkerChoiceStrategies } from 'poolifier';

export const concurrency = { default: 4 };

export function open({ size }) {
  const pool = new FixedThreadPool(size, fileURLToPath(new URL('../workers/poolifier.js', import.meta.url)), {
    workerChoiceStrategy: WorkerChoiceStrategies.LEAST_USED,
    enableEvents: false,
  });
  return {
    call: (task, value, transfer) => pool.execute(value, task, undefined, transfer),
    close: () => pool.destroy(),
  };
}
