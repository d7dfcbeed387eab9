// The whole gate: `npm test`. Stops at the first step that fails, and says which.
import { spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

const BROWSERS = { specs: /Executed (\d+) of \1 SUCCESS/g, says: /^Firefox is left out/m };

/** `specs` finds how many specs a step ran, `says` what of its output is worth a line; `limit` is in seconds. */
const steps = [
  { name: 'Format', run: 'oxfmt --check' },
  { name: 'Types and build', run: 'npm run -s clean && npm run -s build' },
  { name: 'Lint', run: 'npm run -s lint' },
  { name: 'Specs in Node', run: 'npm run -s spec', specs: /^(\d+) specs?, 0 failures/gm, limit: 300 },
  { name: 'Specs on Redis', run: 'npm run -s spec:redis', specs: /^(\d+) specs?, 0 failures/gm, limit: 300 },
  // A seed of its own each time: each gate looks somewhere new, and what fails is printed with the round to replay.
  { name: 'Soak, one minute', run: 'npm run -s soak -- --minutes 1', says: /--seed \d+|^\d+ rounds.*/gm, limit: 300 },
  { name: 'Specs in Chromium and Firefox', run: 'npm run -s spec:browser', ...BROWSERS, limit: 300 },
  {
    name: 'Specs of workers in them, cross-origin isolated',
    run: 'npm run -s spec:browser',
    env: { ISOLATED: 'true' },
    ...BROWSERS,
    limit: 300,
  },
  { name: 'Live page in Chromium', run: 'node scripts/check-demo.js', specs: /^(\d+) checks, 0 failures/m, limit: 300 },
  { name: 'Package: publint', run: 'publint --strict' },
  { name: 'Package: types for every resolution', run: 'attw --pack . --profile esm-only' },
  { name: 'Package: nothing unused', run: 'knip' },
  { name: 'Package: size', run: 'size-limit' },
  { name: 'Package: consumers', run: 'node scripts/check-consumers.js', limit: 300 },
  {
    name: 'Package: bundlers',
    run: 'npm run -s test:bundlers',
    says: /^A page pays.*/m,
    limit: 300,
  },
  { name: 'README', run: 'node scripts/check-readme.js' },
  { name: 'Examples', run: 'node scripts/check-examples.js', limit: 300 },
];

let child;
const endChild = () => {
  try {
    if (child !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
};
process.on('exit', endChild);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Runs one step in a process group of its own; gives its exit code and everything it printed. */
function execute({ run, env = {}, limit = 120 }) {
  return new Promise((done) => {
    let output = '';
    const path = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter);
    child = spawn(run, {
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, PATH: path },
    });
    const timer = setTimeout(() => {
      output += `\nIt did not end within ${limit} s.\n`;
      endChild();
    }, limit * 1000);
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      clearTimeout(timer);
      child = undefined;
      done({ code, output });
    });
  });
}

let passed = 0;
for (const step of steps) {
  process.stdout.write(`${step.name} … `);
  const began = performance.now();
  const { code, output } = await execute(step);
  const counts = step.specs === undefined ? [] : [...output.matchAll(step.specs)].map(([, count]) => Number(count));
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (code !== 0 || (step.specs !== undefined && count === 0)) {
    console.log(
      `FAILED\n\n${output}\n${code === 0 ? 'No spec was run.' : `\`${step.run}\` ended with ${code ?? 'a signal'}.`}`,
    );
    console.log(`npm test failed at the step: ${step.name}`);
    process.exit(1);
  }
  passed += count;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const said = step.says === undefined ? [] : (output.match(step.says) ?? []);
  const details = step.specs === undefined ? [] : [`${counts.join(' and ')} specs`];
  console.log(['ok', ...details, ...said, `${seconds} s`].join(', '));
}
console.log(`${passed} passed, 0 failed`);
