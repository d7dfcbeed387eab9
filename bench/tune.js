/**
 * Which concurrency suits a library best: `npm --prefix bench run tune -- --only piscina --workloads noop --rounds 3`.
 * Prints the median of the first figure for each; the best go into `concurrency` of the library's file.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from './launch.js';
import { libraries } from './libraries.js';
import { median } from './median.js';
import { takingPart } from './rounds.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    workloads: { type: 'string', default: 'noop,20us,1ms,50ms,skewed,json,objects,copied,moved' },
    ladder: { type: 'string', default: '2,3,4,8,16,32,64' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '0.2' },
  },
});
const driven = Object.keys(libraries).filter((name) => !['rxjs-parallel', 'sequential'].includes(libraries[name].file));
const names = flags.only?.split(',') ?? driven;
const ladder = flags.ladder.split(',').map(Number);
const scale = Number(flags.scale);
const steps = Number(execFileSync(process.execPath, [fileURLToPath(new URL('./calibrate.js', import.meta.url))]));
for (const workload of flags.workloads.split(','))
  for (const library of takingPart(workload, names)) {
    const found = new Map(ladder.map((concurrency) => [concurrency, /** @type {any[]} */ ([])]));
    for (let round = 0; round < Number(flags.rounds); round++)
      for (const concurrency of ladder) {
        const run = await launch({ library, workload, size: 2, scale, concurrency }, { steps, limit: 60 });
        found.get(concurrency)?.push(run.error === undefined ? Object.values(run.figures)[0] : NaN);
      }
    const shown = [...found].map(([concurrency, all]) => `${concurrency}: ${median(all).toPrecision(3)}`);
    console.log(`${workload}, ${library}: ${shown.join('  ')}`);
  }
