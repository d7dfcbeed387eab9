/** Written by hand, as a reference: `variant` values a message, driven by `mergeMap`. */
import { bufferCount, mergeAll, mergeMap } from 'rxjs';
import { HandWorker } from '../handWorker.js';
import { leastBusy } from '../leastBusy.js';

export const concurrency = { default: 4 };

export function open({ size, variant, concurrency: inFlight }) {
  const workers = Array.from({ length: size }, () => new HandWorker());
  const give = leastBusy(workers);
  return {
    operator: ({ task, input, transfer }) => {
      const call = (batch) => {
        const values = input === undefined ? batch : batch.map((n) => input(n));
        return give((worker) => worker.ask({ task, values }, transfer && values.flatMap((value) => transfer(value))));
      };
      return (source) => source.pipe(bufferCount(variant), mergeMap(call, inFlight), mergeAll());
    },
    close: () => Promise.all(workers.map((worker) => worker.close())),
  };
}
