/**
 * `npm run bench:cluster`: measures machines on a queue, simulates many, prints what it found and writes it into
 * docs/measured/SCALING.md. It starts its own redis-server.
 *
 *   --rounds N   rounds over all streams; medians count. Default 3
 *   --quick      one round of a tenth of the values: to see that all works; nothing is written
 *   --simulate   no measuring: simulates with what was measured before, and writes that
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../machine.js';
import { Cluster } from './cluster.js';
import { measureIdle, measureLoss, measureStreams, measureTimer } from './measure.js';
import { TARGET, tablesOf } from './report.js';
import { simulateAll } from './scenarios.js';

const FIGURES = new URL('../results.cluster.json', import.meta.url);
const DOCUMENT = new URL('../../docs/measured/SCALING.md', import.meta.url);

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    simulate: { type: 'boolean', default: false },
  },
});
const rounds = flags.quick ? 1 : Number(flags.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds must be an integer, at least 1, got "${flags.rounds}"`);
  process.exit(2);
}

const began = performance.now();
const progress = (text) => console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
const figures = flags.simulate ? JSON.parse(readFileSync(FIGURES, 'utf8')) : await measure();
progress('simulating');
const simulated = simulateAll(figures.measured);
const tables = tablesOf({ ...figures, simulated });
for (const [name, text] of Object.entries(tables)) console.log(`${name}:\n\n${text}\n`);
if (!flags.quick) {
  writeFileSync(FIGURES, `${JSON.stringify(figures, undefined, 2)}\n`);
  writeFileSync(DOCUMENT, filled(readFileSync(DOCUMENT, 'utf8')));
  console.log(`Written to ${fileURLToPath(DOCUMENT)}`);
}
progress('done');
const { long, oneListener, waitUntilFinished } = figures.measured.streams;
process.exitCode = flags.quick || long.rate >= TARGET * Math.max(oneListener.rate, waitUntilFinished.rate) ? 0 : 1;

async function measure() {
  const scale = flags.quick ? 0.1 : 1;
  const steps = Number(execFileSync(process.execPath, [fileURLToPath(new URL('../calibrate.js', import.meta.url))]));
  const timer = await measureTimer();
  const cluster = await Cluster.start(steps);
  try {
    const streams = await measureStreams(cluster, { rounds, scale, progress });
    const idle = await measureIdle(cluster, { scale });
    const loss = await measureLoss(cluster, { times: flags.quick ? 1 : 4, progress });
    const date = new Date().toISOString().slice(0, 10);
    return {
      machine: machine(),
      date,
      rounds,
      measured: { timer, cores: availableParallelism(), streams, idle, loss },
    };
  } finally {
    await cluster.end();
  }
}

/** The document with these figures: what stands between `<!-- figures: NAME -->` and `<!-- end -->` is theirs. */
function filled(text) {
  const unused = new Set(Object.keys(tables));
  const all = text.replaceAll(/<!-- figures: (\w+) -->\n.*?<!-- end -->/gs, (_, name) => {
    if (tables[name] === undefined) throw new Error(`docs/measured/SCALING.md wants "${name}", which nobody measures`);
    unused.delete(name);
    return `<!-- figures: ${name} -->\n\n${tables[name]}\n\n<!-- end -->`;
  });
  if (unused.size > 0) throw new Error(`docs/measured/SCALING.md has no place for ${[...unused].join(', ')}`);
  return all;
}
