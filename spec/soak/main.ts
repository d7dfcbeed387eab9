/**
 * The soak: random streams, options and faults on real pools, against a model of what each must come to.
 *
 *     npm run soak -- --minutes 10 [--seed N]     rounds drawn from N, for that long
 *     npm run soak -- --round N [--times M]       the round drawn from N alone, M times
 *     npm run soak -- --round N --show            its plan
 */
import { parseArgs } from 'node:util';
import { drawRound } from './draw.ts';
import { Report } from './report.ts';
import { playRound } from './round.ts';
import { Watch, watchHost } from './watch.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    round: { type: 'string' },
    times: { type: 'string', default: '1' },
    show: { type: 'boolean', default: false },
  },
});

function number(name: 'minutes' | 'seed' | 'round' | 'times'): number {
  const value = Number(given[name]);
  if (given[name] === '' || !Number.isFinite(value))
    throw new RangeError(`--${name} must be a number, got '${given[name]}'`);
  return value;
}

/** The soak ends after this many differences. */
const MOST_FAILURES = 10;
/** Seconds between two looks at the memory, in a long soak; a short one has as many. */
const SAMPLE_EVERY = 30;
const SAMPLES = 12;

const enter = await watchHost();
const watch = new Watch();
const report = new Report();
let failures = 0;

/** Whether to go on. */
async function play(seed: number): Promise<boolean> {
  enter(seed);
  const { differences, hangs } = await playRound(drawRound(seed), watch, report);
  report.rounds++;
  if (differences.length === 0) return true;
  failures++;
  console.log(`\nRound ${seed}: ${differences.length} differences; again by: npm run soak -- --round ${seed}`);
  for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
  return !hangs && failures < MOST_FAILURES;
}

async function soak(): Promise<void> {
  const minutes = number('minutes');
  const seed = number('seed');
  console.log(`Soaking for ${minutes} minutes with --seed ${seed}`);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const every = Math.min(SAMPLE_EVERY, (minutes * 60) / SAMPLES);
  let sampled = 0;
  for (let nth = 0; seconds() < minutes * 60; nth++) {
    // Rounds of one soak are far apart, and so are those of the next seed.
    if (!(await play((Math.imul(seed, 0x9e3779b1) + Math.imul(nth, 0x85ebca6b)) >>> 0))) return;
    if (nth === 0 || seconds() - sampled < every) continue;
    sampled = seconds();
    await report.sample(sampled);
  }
  await report.sample(seconds());
}

if (given.round === undefined) await soak();
else if (given.show) console.log(JSON.stringify(drawRound(number('round')), undefined, 2));
else for (let time = 0; time < number('times'); time++) if (!(await play(number('round')))) break;

report.print();
for (const grown of report.growth()) {
  failures++;
  console.log(grown);
}
console.log(failures === 0 ? 'No differences' : `${failures} rounds with differences, or growth`);
process.exit(failures === 0 ? 0 : 1);
