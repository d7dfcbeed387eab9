/** Written by hand, as a reference: numbers in chunks of a given size, with nothing that holds the worker back. */
import { parentPort } from 'node:worker_threads';
import * as all from '../tasks.js';

const tasks = { ...all };

parentPort?.on('message', ({ size, task, value }) => {
  let chunk = [];
  for (const n of tasks[task](value)) {
    chunk.push(n);
    if (chunk.length < size) continue;
    parentPort?.postMessage(chunk);
    chunk = [];
  }
  parentPort?.postMessage(chunk);
  parentPort?.postMessage(undefined);
});
