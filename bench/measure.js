/** One library, one workload, one process: `node measure.js '{"library","workload",…}'` writes its figures to descriptor 3. */
import { writeSync } from 'node:fs';
import { libraries } from './libraries.js';
import { workloads } from './workloads.js';

// Whoever has a stream has loaded RxJS.
await import('rxjs');
const { library: name, workload: id, size, scale, concurrency } = JSON.parse(process.argv[2]);
const workload = workloads[id];
const { file, variant } = libraries[name];

async function open() {
  const module = await import(`./libraries/${file}.js`);
  const own = concurrency ?? module.concurrency?.[id] ?? module.concurrency?.default;
  return { ...(await module.open({ size, variant, concurrency: own })), concurrency: own };
}

const measured = workload.cold
  ? await workload.measure(open, { scale })
  : await workload.measure(await open(), { scale });
const { figures, check } = measured;
writeSync(3, JSON.stringify({ figures, check }));
// Closing is not measured, and one library's way of it hangs.
process.exit(0);
