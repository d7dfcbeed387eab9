/** One fault with one library in a Node process of its own: `node hosts/node.js '{ fault, library, broken }'`. Events go to fd 3. */
import { writeSync } from 'node:fs';
import { faults } from '../faults.js';
import { play } from '../play.js';

const run = JSON.parse(process.argv[2]);
const report = (event) => writeSync(3, `${JSON.stringify({ ...event, at: performance.now() })}\n`);

const workers = [];
process.on('worker', (worker) => {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  workers.push({ id: worker.threadId, worker, ended });
  report({ event: 'worker' });
});

const listeners = [];
const channel = new BroadcastChannel('faults');
channel.addEventListener('message', ({ data }) => {
  for (const listener of listeners) listener(data);
});

const SCRIPTS = { missing: new URL('../workers/missing.js', import.meta.url), syntax: new URL(run.broken) };
const own = new URL(`../workers/${run.library === 'tinypool' ? 'piscina' : run.library}.js`, import.meta.url);

const host = {
  script: (start) => SCRIPTS[start] ?? own,
  onBegun: (listener) => listeners.push(({ task }) => listener(task)),
  begun: (wanted) =>
    new Promise((resolve) => {
      listeners.push(({ task, worker }) => task === wanted && resolve(worker));
    }),
  terminate: (id) => workers.find((each) => each.id === id).worker.terminate(),
  workersEnded: () => Promise.all(workers.map(({ ended }) => ended)),
};

// Whoever waits for a task has something else that keeps the process alive: a server, say.
const alive = setInterval(() => {}, 1000);
await play(faults[run.fault], await import(`../libraries/${run.library}.js`), host, report);
clearInterval(alive);
channel.close();
process.on('exit', (code) => report({ event: 'exit', code }));
