/** Written by hand, as a reference: numbers in chunks of half of `buffer`; with that many not taken, it waits for its host. */
import { parentPort } from 'node:worker_threads';
import * as all from '../tasks.js';

const tasks = { ...all };
let credit = 0;
let wake = () => {};

async function run({ buffer, task, value }) {
  const size = Math.ceil(buffer / 2);
  let chunk = [];
  credit = buffer;
  for (const n of tasks[task](value)) {
    if (credit === 0) await new Promise((resolve) => (wake = () => resolve(undefined)));
    credit--;
    chunk.push(n);
    if (chunk.length < size) continue;
    parentPort?.postMessage(chunk);
    chunk = [];
  }
  parentPort?.postMessage(chunk);
  parentPort?.postMessage(undefined);
}

parentPort?.on('message', (message) => {
  if (message.taken === undefined) {
    void run(message);
    return;
  }
  credit += message.taken;
  wake();
});
