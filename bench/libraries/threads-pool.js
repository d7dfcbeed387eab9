/** threads.js with its Pool. */
import { Pool, Transfer, Worker, spawn } from 'threads';

export const concurrency = { default: 4 };

export function open({ size }) {
  const pool = Pool(() => spawn(new Worker('../workers/threads.js')), size);
  return {
    call: (task, value, transfer) =>
      pool.queue((thread) => thread[task](transfer === undefined ? value : Transfer(value, transfer))),
    close: () => pool.terminate(),
  };
}
