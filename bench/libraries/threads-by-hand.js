/** threads.js without its Pool: threads that are called directly, the least busy one first. */
import { Thread, Transfer, Worker, spawn } from 'threads';
import { leastBusy } from '../leastBusy.js';

export const concurrency = { default: 4 };

export async function open({ size }) {
  const threads = await Promise.all(Array.from({ length: size }, () => spawn(new Worker('../workers/threads.js'))));
  const give = leastBusy(threads);
  return {
    call: (task, value, transfer) =>
      give((thread) => thread[task](transfer === undefined ? value : Transfer(value, transfer))),
    close: () => Promise.all(threads.map((thread) => Thread.terminate(thread))),
  };
}
