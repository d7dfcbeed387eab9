/**
 * `npm run faults`: plays every fault on real workers, with this package in Node and in Chromium and with other libraries
 * in Node, and writes docs/measured/FAULTS.md.
 *
 *   --only A,B      only these faults
 *   --library A,B   only these libraries
 *
 * A part is printed and not written. Exits with 1 where this package lets something hang, or the process die.
 */
import { parseArgs } from 'node:util';
import { versionOf } from '../machine.js';
import { openChromium } from './chromium.js';
import { hosts, write } from './document.js';
import { faults } from './faults.js';
import { libraries } from './libraries.js';
import { inNode } from './nodeCase.js';
import { observe } from './observe.js';

/** Where only the outcomes count, and not the time, so many are played at once. */
const AT_ONCE = 4;
const OURS = 'rxjs-parallel';

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, library: { type: 'string' } } });
const ids = chosen('only', Object.keys(faults));
const names = chosen('library', Object.keys(libraries));
const whole = flags.only === undefined && flags.library === undefined;
const observed = Object.fromEntries([...Object.keys(libraries), ...Object.keys(hosts)].map((each) => [each, {}]));

const inNodeToo = ids.filter((id) => faults[id].only !== 'page');
let chromium;
if (names.includes(OURS)) {
  for (const id of inNodeToo) observed.node[id] = await played(id, `${OURS}, Node`, () => inNode(id, OURS));
  observed[OURS] = observed.node;
  const browser = await openChromium();
  chromium = browser.version;
  for (const id of ids.filter((each) => faults[each].only !== 'node'))
    for (const [host, isolated] of Object.entries({ isolated: true, shareless: false }))
      observed[host][id] = await played(id, `${OURS}, ${hosts[host]}`, () => browser.play(id, { isolated }));
  await browser.close();
}
const jobs = [];
for (const name of names.filter((each) => each !== OURS)) {
  const { has } = await import(`./libraries/${name}.js`);
  for (const id of inNodeToo)
    if (faults[id].needs === undefined || has.includes(faults[id].needs))
      jobs.push(async () => {
        observed[name][id] = await played(id, name, () => inNode(id, name));
        // The others are given a second chance: a busy machine is not their fault.
        if (observed[name][id].wrong.length > 0) observed[name][id] = better(observed[name][id], await again(id, name));
      });
}
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  }),
);

if (whole) {
  const packages = Object.values(libraries).flatMap((library) => library.package ?? []);
  const about = {
    versions: Object.fromEntries(['rxjs', ...packages].map((name) => [name, versionOf(name)])),
    node: process.version.slice(1),
    chromium,
    date: new Date().toISOString().slice(0, 10),
  };
  console.log(`Written to ${write(observed, about)}`);
}
const fatal = ['hang', 'others hang', 'stuck', 'no end', 'died', 'twice', 'wrong values', 'lines lost'];
const bad = Object.keys(hosts).flatMap((host) => Object.values(observed[host]));
process.exitCode = bad.some(({ wrong }) => wrong.some((each) => fatal.includes(each))) ? 1 : 0;

function again(id, name) {
  return played(id, `${name}, again`, () => inNode(id, name));
}

function better(first, second) {
  return second.wrong.length < first.wrong.length ? second : first;
}

/** Plays one, and prints a line about it. */
async function played(id, where, play) {
  const record = await play();
  const found = observe(faults[id], record);
  const { wrong, task, others, started, seconds } = found;
  const details = `task: ${task.join(' ')}; others: ${others.join(' ')}; workers: ${started}; ${seconds?.toFixed(2)} s`;
  console.log(`${where}: ${id}: ${wrong.length === 0 ? 'ok' : wrong.join(', ')} (${details})`);
  if (!whole && wrong.length > 0 && record.said !== '') console.log(record.said);
  return found;
}

function chosen(flag, all) {
  const list = flags[flag]?.split(',') ?? all;
  const unknown = list.find((each) => !all.includes(each));
  if (unknown !== undefined) {
    console.error(`--${flag}: there is no "${unknown}". There are ${all.join(', ')}`);
    process.exit(2);
  }
  return list;
}
