/**
 * `npm run bench`: measures rxjs-parallel against what a user would pick instead, prints tables, writes docs/measured/BENCHMARKS.md and
 * the table in docs/guides/tuning.md.
 *
 *   --only A,B        only these libraries (and the sequential loop, which says what is right)
 *   --workloads A,B   only these workloads; the document keeps what it has of the others
 *   --rounds N        rounds over all libraries, each run a process of its own; medians count. Default 5, and fewer
 *                     where a workload takes long by itself; some repeat what takes a moment up to fifteen times
 *   --quick           one round of a tenth of the values: to see that all works, not to be quoted
 *   --workers N       default 2
 *   --limit S         seconds a run may take, where the workload does not need longer. Default 90
 *
 * What was measured with --only or --quick is printed and not written. The document is written after each workload: what
 * has been measured stays if the rest is interrupted.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { libraries } from './libraries.js';
import { machine, versions } from './machine.js';
import { sectionOf, targetsTable } from './report.js';
import { measureWorkload, takingPart } from './rounds.js';
import { workloads } from './workloads.js';
import { write } from './document.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    workloads: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    limit: { type: 'string', default: '90' },
  },
});

const names = chosen('only', Object.keys(libraries));
const ids = chosen('workloads', Object.keys(workloads));
const rounds = number('rounds', flags.rounds ?? (flags.quick ? '1' : '5'));
const size = number('workers', flags.workers);
const limit = number('limit', flags.limit);
const writing = flags.only === undefined && !flags.quick;

const steps = Number(execFileSync(process.execPath, [fileURLToPath(new URL('./calibrate.js', import.meta.url))]));
console.log(`${Object.values(machine()).join(' · ')} · ${size} workers · ${steps} steps/µs\n`);
const about = { machine: machine(), versions: versions() };
const results = {};
let written;
for (const [at, id] of ids.entries()) {
  const part = takingPart(id, [...new Set([...names, 'sequential'])]);
  if (part.every((name) => name === 'sequential')) continue;
  const { rounds: most = Infinity } = workloads[id];
  const times = Math.min(rounds, most);
  const least = flags.quick ? 1 : (workloads[id].least ?? 1);
  const began = performance.now();
  const measured = await measureWorkload(
    id,
    part,
    {
      rounds: times,
      least,
      size,
      scale: flags.quick ? 0.1 : 1,
      steps,
      limit: Math.max(limit, workloads[id].limit ?? 0),
    },
    (round, name) =>
      status(`${id} (${at + 1} of ${ids.length}): round ${round + 1} of ${Math.max(times, least)}, ${name}`),
  );
  status('');
  console.error(`${id}: ${at + 1} of ${ids.length}, ${Math.round((performance.now() - began) / 1000)} s\n`);
  results[id] = {
    ...measured,
    machine: machine(),
    rounds: times,
    least,
    workers: size,
    date: new Date().toISOString().slice(0, 10),
  };
  if (writing) written = write({ [id]: results[id] }, about);
  console.log(sectionOf(id, measured));
  for (const [name, error] of Object.entries(measured.errors)) console.error(`${id}, ${name}: ${error}\n`);
}
console.log(`### Targets\n\n${targetsTable(results)}\n`);
if (written !== undefined) console.log(`Written to ${written}`);
process.exitCode = Object.values(results).some(({ errors }) => Object.keys(errors).length > 0) ? 1 : 0;

/** What happens now, on one line of a terminal. */
function status(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

function chosen(flag, all) {
  const list = flags[flag]?.split(',') ?? all;
  const unknown = list.find((each) => !all.includes(each));
  if (unknown !== undefined) refuse(`--${flag}: there is no "${unknown}". There are ${all.join(', ')}`);
  return list;
}

function number(flag, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) refuse(`--${flag} must be an integer, at least 1, got "${text}"`);
  return value;
}

function refuse(message) {
  console.error(message);
  process.exit(2);
}
