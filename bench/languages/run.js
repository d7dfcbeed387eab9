/**
 * `npm run bench:languages`: the same tasks by CPython's `concurrent.futures` and by this package, each against a loop of its own
 * language; writes the table of docs/measured/BENCHMARKS.md. A task takes as long in both: its arithmetic is measured first.
 *
 *   --rounds N    each a process of each language in turn; medians count. Default 5
 *   --quick       one round of a tenth of the tasks, printed and not written
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { write } from '../document.js';
import { machine, versions } from '../machine.js';
import { median } from '../median.js';
import { FIGURES, languagesTable } from './table.js';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
});
const rounds = flags.quick ? 1 : Number(flags.rounds);
const size = 2;
/** The task, how many µs it takes, how many of them. */
const all = /** @type {const} */ ([
  ['noop', 0, 20_000],
  ['spin20us', 20, 10_000],
  ['spin1ms', 1_000, 1_000],
  ['spin50ms', 50_000, 40],
]);
const tasks = all.map(([task, us, count]) => [task, us, flags.quick ? Math.ceil(count / 10) : count]);

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const steps = execFileSync(process.execPath, [here('../calibrate.js')], { encoding: 'utf8' }).trim();
const languages = {
  CPython: () => execFileSync('python3', [here('futures.py'), JSON.stringify({ size, tasks })]),
  Node: () =>
    execFileSync(process.execPath, [here('parallel.js'), JSON.stringify({ size, tasks })], {
      env: { ...process.env, BENCH_STEPS_PER_US: steps },
    }),
};

/**
 * By language: its version, and the ms of each way in each round.
 * @type {Record<string, { version: string, ms: Record<string, Record<string, number[]>> }>}
 */
const measured = {};
for (let round = 0; round < rounds; round++)
  for (const [language, run] of Object.entries(languages)) {
    const { took, version } = JSON.parse(String(run()));
    const { ms: earlier } = (measured[language] ??= { version, ms: {} });
    for (const [task, ways] of Object.entries(took))
      for (const [way, ms] of Object.entries(ways)) ((earlier[way] ??= {})[task] ??= []).push(ms);
  }
const figures = Object.entries(measured).map(([language, { ms, version }]) => ({
  language: `${language} ${version}`,
  ms: Object.fromEntries(
    Object.entries(ms).map(([way, byTask]) => [
      way,
      Object.fromEntries(Object.entries(byTask).map(([task, each]) => [task, median(each)])),
    ]),
  ),
}));
const about = {
  machine: machine(),
  rounds,
  workers: size,
  date: new Date().toISOString().slice(0, 10),
  tasks,
  figures,
};
console.log(languagesTable(about));
if (!flags.quick) {
  writeFileSync(FIGURES, `${JSON.stringify(about, undefined, 2)}\n`);
  console.log(`Written: ${write({}, { machine: machine(), versions: versions() })}`);
}
