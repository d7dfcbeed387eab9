import { parentPort } from 'node:worker_threads';
import * as all from '../tasks.js';

const tasks = { ...all };

parentPort?.on('message', ({ task, value, values, timed }) => {
  const run = tasks[task];
  const began = performance.now();
  const answer = values === undefined ? run(value) : values.map((each) => run(each));
  if (timed) return parentPort?.postMessage({ results: answer, ms: performance.now() - began });
  const moved =
    task !== 'bounceMoved' ? undefined : values === undefined ? [answer.buffer] : answer.map((each) => each.buffer);
  parentPort?.postMessage(answer, moved);
});
