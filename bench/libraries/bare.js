/** Written by hand, as a reference: one worker that imports nothing, and does one task. Nothing can be sooner. */
import { Worker } from 'node:worker_threads';

export const concurrency = { default: 1 };

export function open() {
  const worker = new Worker(new URL('../workers/bare.js', import.meta.url));
  return {
    call: (_task, value) =>
      new Promise((answered) => {
        worker.once('message', answered);
        worker.postMessage(value);
      }),
    close: () => worker.terminate(),
  };
}
