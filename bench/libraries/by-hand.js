/** Written by hand, as a reference: one raw message for each task, nothing lost or gained to a library. */
import { HandWorker } from '../handWorker.js';
import { leastBusy } from '../leastBusy.js';

export const concurrency = { default: 4 };

export function open({ size }) {
  const workers = Array.from({ length: size }, () => new HandWorker());
  const give = leastBusy(workers);
  return {
    call: (task, value, transfer) => give((worker) => worker.ask({ task, value }, transfer)),
    close: () => Promise.all(workers.map((worker) => worker.close())),
  };
}
