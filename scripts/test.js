// The whole gate: `npm test`. Stops at the first step that fails, and says which.
import { spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

const SPECS = /^(\d+) specs?, 0 failures/gm;
const BROWSERS = { specs: /Executed (\d+) of \1 SUCCESS/g, says: /^Firefox is left out/m };

/**
 * One after another; steps that stand together in a list run side by side, since they mostly wait.
 * `specs` finds how many specs a step ran, `says` what of its output is worth a line; `limit` is in seconds.
 */
const steps = [
  { name: 'Format', run: 'oxfmt --check' },
  { name: 'Types and build', run: 'npm run -s clean && npm run -s build' },
  { name: 'Lint', run: 'npm run -s lint' },
  [
    { name: 'Specs in Node', run: 'npm run -s spec', specs: SPECS, limit: 300 },
    // A seed of its own each time: each gate looks somewhere new, and what fails is printed with the round to replay.
    { name: 'Soak, one minute', run: 'npm run -s soak -- --minutes 1', says: /--seed \d+|^\d+ rounds.*/gm, limit: 300 },
  ],
  [
    { name: 'Specs on Redis', run: 'npm run -s spec:redis', specs: SPECS, limit: 300 },
    { name: 'Specs in Chromium and Firefox', run: 'npm run -s spec:browser', ...BROWSERS, limit: 300 },
  ],
  [
    {
      name: 'Specs of workers in them, cross-origin isolated',
      run: 'npm run -s spec:browser',
      env: { ISOLATED: 'true' },
      ...BROWSERS,
      limit: 300,
    },
    { name: 'Package: consumers', run: 'node scripts/check-consumers.js', limit: 300 },
  ],
  // By itself: it looks at how smooth a page is.
  {
    name: 'Live page in Chromium',
    run: 'node scripts/check-demo.js',
    specs: /^(\d+) checks, 0 failures/gm,
    limit: 300,
  },
  { name: 'Package: publint', run: 'publint --strict' },
  { name: 'Package: types for every resolution', run: 'attw --pack . --profile esm-only' },
  { name: 'Package: nothing unused', run: 'knip' },
  { name: 'Package: size', run: 'size-limit' },
  { name: 'README', run: 'node scripts/check-readme.js' },
  [
    { name: 'Package: bundlers', run: 'npm run -s test:bundlers', says: /^A page pays.*/m, limit: 300 },
    { name: 'Examples', run: 'node scripts/check-examples.js', limit: 300 },
  ],
];

const children = new Set();
const end = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
};
process.on('exit', () => children.forEach(end));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Runs one step in a process group of its own; gives its exit code and everything it printed. */
function execute({ run, env = {}, limit = 120 }) {
  return new Promise((done) => {
    let output = '';
    const path = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter);
    const child = spawn(run, {
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, PATH: path },
    });
    children.add(child);
    const timer = setTimeout(() => {
      output += `\nIt did not end within ${limit} s.\n`;
      end(child);
    }, limit * 1000);
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      clearTimeout(timer);
      children.delete(child);
      done({ code, output });
    });
  });
}

/** Says what came of a step, and gives how many specs it ran; ends everything where it failed. */
async function check(step) {
  const began = performance.now();
  const { code, output } = await execute(step);
  const counts = step.specs === undefined ? [] : [...output.matchAll(step.specs)].map(([, count]) => Number(count));
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (code !== 0 || (step.specs !== undefined && count === 0)) {
    console.log(
      `${step.name} … FAILED\n\n${output}\n${code === 0 ? 'No spec was run.' : `\`${step.run}\` ended with ${code ?? 'a signal'}.`}`,
    );
    console.log(`npm test failed at the step: ${step.name}`);
    process.exit(1);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const said = step.says === undefined ? [] : (output.match(step.says) ?? []);
  const details = step.specs === undefined ? [] : [`${counts.join(' and ')} specs`];
  console.log(`${step.name} … ${['ok', ...details, ...said, `${seconds} s`].join(', ')}`);
  return count;
}

let passed = 0;
for (const together of steps) for (const count of await Promise.all([together].flat().map(check))) passed += count;
console.log(`${passed} passed, 0 failed`);
