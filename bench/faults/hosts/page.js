/** One fault with this package in a page, whose address says which. Bundled; `tell` and `workersLeft` are the runner's. */
import { workers } from './pageWorkers.js';
import { faults } from '../faults.js';
import * as library from '../libraries/rxjs-parallel.js';
import { play } from '../play.js';

const id = new URLSearchParams(location.search).get('fault');
const report = (event) => void globalThis.tell({ ...event, at: performance.now() });
// What nobody catches in a page is what ends a Node process.
for (const event of ['error', 'unhandledrejection']) addEventListener(event, () => report({ event: 'uncaught' }));
workers.onMade = () => report({ event: 'worker' });

const listeners = [];
new BroadcastChannel('faults').addEventListener('message', ({ data }) => {
  for (const listener of listeners) listener(data);
});

const own = (start) => new URL(start === undefined ? '/worker.js' : `/worker.js?start=${start}`, location.href);
const SCRIPTS = { missing: new URL('/missing.js', location.href), syntax: new URL('/broken.js', location.href) };

const host = {
  script: (start) => SCRIPTS[start] ?? own(start),
  onBegun: (listener) => listeners.push(({ task }) => listener(task)),
  begun: (wanted) =>
    new Promise((resolve) => {
      listeners.push(({ task, worker }) => task === wanted && resolve(worker));
    }),
  terminate: (name) => workers.made.get(name).terminate(),
  async workersEnded() {
    while ((await globalThis.workersLeft()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  },
};

await play(faults[id], library, host, report);
report({ event: 'exit' });
