// The whole gate: `npm test`. Ends at the first step that fails, and says which.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { locate } from './programs.js';

/**
 * `after` names the step that has to be done before; `alone`: nothing else runs meanwhile. `specs` finds how many specs
 * a step ran, `says` what of its output is worth a line; `limit` is in seconds, 120 where it is left out.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} run
 * @property {Record<string, string>} [env]
 * @property {string} [after]
 * @property {boolean} [alone]
 * @property {RegExp} [specs]
 * @property {RegExp} [says]
 * @property {number} [limit]
 */

const SPECS = /^(\d+) specs?, 0 failures/gm;
const EXECUTED = /Executed (\d+) of \1 SUCCESS/g;
const FORMAT = 'Format';
const BUILD = 'Types and build';
const BROWSERS = 'Specs in Chromium and Firefox';

const began = performance.now();
const { chromium, firefox, redis } = await locate('chromium', 'firefox', 'redis').catch(({ message }) => {
  console.error(`${message}\nnpm test failed before its first step: a program is missing`);
  process.exit(1);
});
const browsers = firefox === undefined ? 'npm run -s spec:browser -- --browsers Chromium' : 'npm run -s spec:browser';
const located = {
  ...process.env,
  CHROME_BIN: chromium,
  REDIS_SERVER: redis,
  ...(firefox === undefined ? {} : { FIREFOX_BIN: firefox }),
  PATH: [resolve('node_modules/.bin'), process.env.PATH].join(delimiter),
};

/**
 * In the order in which they are begun; as many run side by side as the machine has cores, and two on one: much of it
 * is waiting. What takes long comes first.
 * @type {Step[]}
 */
const steps = [
  { name: FORMAT, run: 'oxfmt --check' },
  { name: BUILD, run: 'npm run -s clean && npm run -s build', after: FORMAT },
  { name: 'Lint', run: 'npm run -s lint', after: BUILD },
  { name: 'Types of scripts and benchmarks', run: 'npm run -s check:scripts', after: BUILD },
  { name: BROWSERS, run: browsers, after: BUILD, specs: EXECUTED, limit: 600 },
  { name: 'Specs in Node', run: 'npm run -s spec', after: BUILD, specs: SPECS, limit: 600 },
  {
    name: 'Soak, one minute',
    // A seed of its own each time: each gate looks somewhere new, and what fails is printed with the round to replay.
    run: 'node --expose-gc dist/spec/soak/main.js --minutes 1',
    after: BUILD,
    says: /--seed \d+|^\d+ rounds.*/gm,
    limit: 600,
  },
  {
    name: 'Specs of workers in them, cross-origin isolated',
    run: browsers,
    env: { ISOLATED: 'true' },
    // Both bundle the specs into one folder.
    after: BROWSERS,
    specs: EXECUTED,
    limit: 600,
  },
  { name: 'Specs on Redis', run: 'npm run -s spec:redis', after: BUILD, specs: SPECS, limit: 600 },
  {
    name: 'Package: bundlers',
    run: 'npm run -s test:bundlers',
    after: BUILD,
    says: /^A page pays.*/m,
    limit: 600,
  },
  { name: 'Recipe: OpenTelemetry', run: 'node scripts/check-opentelemetry.js', after: BUILD, says: /^2 requests.*/m },
  { name: 'Examples', run: 'node scripts/check-examples.js', after: BUILD, limit: 600 },
  { name: 'Package: consumers', run: 'node scripts/check-consumers.js', after: BUILD, limit: 600 },
  { name: 'Package: types for every resolution', run: 'attw --pack .', after: BUILD },
  { name: 'Package: public API', run: 'node scripts/check-api.js', after: BUILD, limit: 300 },
  { name: 'Package: nothing unused', run: 'knip', after: BUILD },
  { name: 'Package: publint', run: 'publint --strict', after: BUILD },
  { name: 'Package: size', run: 'size-limit', after: BUILD },
  { name: 'Documents', run: 'node scripts/check-docs.js && node scripts/draw-marbles.js --check', after: BUILD },
  {
    name: 'Live pages',
    run: 'node scripts/check-demo.js && node scripts/check-search.js && node scripts/check-devtools.js',
    // They look at how smooth a page is.
    alone: true,
    specs: /^(\d+) checks, 0 failures/gm,
    limit: 1200,
  },
];

/** @typedef {import('node:child_process').ChildProcess} Child */

/** @type {Set<Child>} */
const children = new Set();
const end = (/** @type {Child} */ { pid }) => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
};
process.on('exit', () => children.forEach(end));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/**
 * Runs one step in a process group of its own; gives its exit code and everything it printed.
 * @param {Step} step
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function execute({ run, env = {}, limit = 120 }) {
  return new Promise((done) => {
    let output = '';
    const child = spawn(run, {
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...located, ...env },
    });
    children.add(child);
    const timer = setTimeout(() => {
      output += `\nIt did not end within ${limit} s.\n`;
      end(child);
    }, limit * 1000);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      clearTimeout(timer);
      children.delete(child);
      done({ code, output });
    });
  });
}

const secondsSince = (/** @type {number} */ start) => (performance.now() - start) / 1000;

/**
 * Says what came of a step, and gives how many specs it ran; ends everything where it failed.
 * @param {Step} step
 */
async function check(step) {
  const start = performance.now();
  const { code, output } = await execute(step);
  const counts = step.specs === undefined ? [] : [...output.matchAll(step.specs)].map(([, count]) => Number(count));
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (code !== 0 || (step.specs !== undefined && count === 0)) {
    const why = code === 0 ? 'No spec was run.' : `\`${step.run}\` ended with ${code ?? 'a signal'}.`;
    console.log(`${step.name} … FAILED\n\n${output}\n${why}`);
    console.log(`npm test failed at the step: ${step.name}`);
    process.exit(1);
  }
  const said = step.says === undefined ? [] : (output.match(step.says) ?? []);
  const details = step.specs === undefined ? [] : [`${counts.join(' and ')} specs`];
  console.log(`${step.name} … ${['ok', ...details, ...said, `${secondsSince(start).toFixed(1)} s`].join(', ')}`);
  return count;
}

/** Runs all of them; gives how many specs there were. */
async function checkAll() {
  const places = Math.max(2, availableParallelism());
  const waiting = [...steps];
  const done = new Set();
  /** @type {Map<Step, Promise<void>>} */
  const running = new Map();
  let passed = 0;
  const mayBegin = (/** @type {Step} */ { after, alone = false }) =>
    (after === undefined || done.has(after)) && running.size < (alone ? 1 : places) && (!alone || waiting.length === 1);
  while (waiting.length > 0 || running.size > 0) {
    const step = waiting.find(mayBegin);
    if (step === undefined) {
      await Promise.race(running.values());
      continue;
    }
    waiting.splice(waiting.indexOf(step), 1);
    const finish = async () => {
      const count = await check(step);
      passed += count;
      done.add(step.name);
      running.delete(step);
    };
    running.set(step, finish());
  }
  return passed;
}

const passed = await checkAll();
const left = firefox === undefined ? '; not run: the specs in Firefox' : '';
console.log(`${passed} passed, 0 failed${left}, in ${Math.round(secondsSince(began))} s`);
