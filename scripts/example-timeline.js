// Loaded before an example (`--timeline FILE`): records all of its pools, and writes FILE when it ends.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { timeline } from '../dist/browser/timeline/index.js';

const file = process.env.EXAMPLE_TIMELINE ?? '';
/** @type {import('../dist/browser/timeline/index.js').Timeline[]} */
const recorded = [];
subscribe('rxjs-parallel:pool', (message) => {
  const { pool } = /** @type {{ pool: import('../dist/node/index.js').WorkerPool<any> }} */ (message);
  recorded.push(timeline(pool, { name: `pool ${recorded.length}` }));
});
process.once('exit', () => {
  // Workers load it, too.
  if (!isMainThread) return;
  for (const [at, seen] of recorded.entries()) {
    // Each pool has a file of its own: run.svg, run-1.svg.
    const name = at === 0 ? file : file.replace(/(\.\w+)$/, `-${at}$1`);
    writeFileSync(name, file.endsWith('.svg') ? seen.toSVG() : seen.toPerfetto());
    console.error(`The timeline of pool ${at} is in ${name}`);
  }
  if (recorded.length === 0) console.error('It has made no pool whose timeline could be drawn');
});
