/** Comlink has no pool: its proxies are called directly, the least busy one first. */
import { Worker } from 'node:worker_threads';
import { releaseProxy, transfer as move, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { leastBusy } from '../leastBusy.js';

export const concurrency = { default: 4 };

export function open({ size }) {
  const workers = Array.from({ length: size }, () => new Worker(new URL('../workers/comlink.js', import.meta.url)));
  const proxies = workers.map((worker) => wrap(nodeEndpoint(worker)));
  const give = leastBusy(proxies);
  return {
    call: (task, value, transfer) =>
      give((proxy) => proxy[task](transfer === undefined ? value : move(value, transfer))),
    perCall: true,
    /** Its generators are proxies: a call for each value. */
    async yields({ task, value: given }, take) {
      const generator = await proxies[0][task](given);
      for (;;) {
        const { done, value } = await generator.next();
        if (done) break;
        take(value);
      }
      generator[releaseProxy]();
    },
    async close() {
      for (const proxy of proxies) proxy[releaseProxy]();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
