import { parentPort } from 'node:worker_threads';
import * as all from '../tasks.js';

const tasks = { ...all };

parentPort?.on('message', ({ task, value, values }) => {
  const run = tasks[task];
  const answer = values === undefined ? run(value) : values.map((each) => run(each));
  const moved =
    task !== 'bounceMoved' ? undefined : values === undefined ? [answer.buffer] : answer.map((each) => each.buffer);
  parentPort?.postMessage(answer, moved);
});
