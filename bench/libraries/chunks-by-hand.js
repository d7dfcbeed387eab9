/** Written by hand, as a reference: many values of one task in chunks of a fixed size, pushed. */
import { Worker } from 'node:worker_threads';

export function open({ variant }) {
  const worker = new Worker(new URL('../workers/chunks-by-hand.js', import.meta.url));
  return {
    yields: ({ task, value }, take) =>
      new Promise((resolve) => {
        const listen = (chunk) => {
          if (chunk !== undefined) {
            for (const n of chunk) take(n);
            return;
          }
          worker.off('message', listen);
          resolve(undefined);
        };
        worker.on('message', listen);
        worker.postMessage({ size: variant, task, value });
      }),
    close: () => worker.terminate(),
  };
}
