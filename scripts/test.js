// Runs the steps of `npm test`, or, with `slow`, of `npm run test:slow`. Ends at the first that fails, and says which.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { locate } from './programs.js';
import { fast, slow } from './steps.js';

/** @typedef {import('./steps.js').Step} Step */

const command = process.argv[2] === 'slow' ? 'npm run test:slow' : 'npm test';
const steps = process.argv[2] === 'slow' ? slow : fast;
const began = performance.now();
const { chromium, firefox, redis } = await locate('chromium', 'firefox', 'redis').catch(({ message }) => {
  console.error(`${message}\n${command} failed before its first step: a program is missing`);
  process.exit(1);
});
const located = {
  ...process.env,
  CHROME_BIN: chromium,
  REDIS_SERVER: redis,
  ...(firefox === undefined ? {} : { FIREFOX_BIN: firefox }),
  PATH: [resolve('node_modules/.bin'), process.env.PATH].join(delimiter),
};

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
    console.log(`${command} failed at the step: ${step.name}`);
    process.exit(1);
  }
  const said = step.says === undefined ? [] : (output.match(step.says) ?? []);
  const details = step.specs === undefined ? [] : [`${counts.join(' and ')} specs`];
  console.log(`${step.name} … ${['ok', ...details, ...said, `${secondsSince(start).toFixed(1)} s`].join(', ')}`);
  return count;
}

const lacks = (/** @type {Step} */ { needs }) => needs === 'firefox' && firefox === undefined;

/**
 * Runs them, as many side by side as the machine has cores (one more took no less time), and two on one: much of it is
 * waiting. Gives how many specs there were.
 */
async function checkAll() {
  const places = Math.max(2, availableParallelism());
  const waiting = steps.filter((step) => !lacks(step));
  const done = new Set(steps.filter(lacks).map(({ name }) => name));
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
const left = steps.some(lacks) ? '; not run: the specs in Firefox' : '';
console.log(`${passed} passed, 0 failed${left}, in ${Math.round(secondsSince(began))} s`);
