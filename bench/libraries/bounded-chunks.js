/** Written by hand, as a reference: many values of one task in chunks, at most `buffer` of them sent and not taken. */
import { Worker } from 'node:worker_threads';

export function open() {
  const worker = new Worker(new URL('../workers/bounded-chunks.js', import.meta.url));
  return {
    bounded: true,
    yields: ({ buffer = 64, task, value }, take) =>
      new Promise((resolve) => {
        const listen = (chunk) => {
          if (chunk !== undefined) {
            for (const n of chunk) take(n);
            worker.postMessage({ taken: chunk.length });
            return;
          }
          worker.off('message', listen);
          resolve(undefined);
        };
        worker.on('message', listen);
        worker.postMessage({ buffer, task, value });
      }),
    close: () => worker.terminate(),
  };
}
