// Builds and runs the packed library with each tool that people use, and writes where it runs: docs/measured/where-it-runs.md.
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium as browsers } from 'playwright-core';
import { rows, untried, versionOf } from '../fixtures/toolchains/toolchains.js';
import { flags } from './chromium.js';
import { locate } from './programs.js';
import { serve } from './static-server.js';

const FIXTURES = 'fixtures/toolchains';
const TABLE = 'docs/measured/where-it-runs.md';
/** Milliseconds that a step may take. */
const LIMIT = 300_000;

const execute = promisify(execFile);
/** Names of fixtures or parts of those of rows; all where there is none. */
const chosen = process.argv.slice(2);
const wanted = rows.filter(
  ({ fixture, where }) => chosen.length === 0 || chosen.some((each) => each === fixture || where.includes(each)),
);
const folder = await mkdtemp(join(tmpdir(), 'rxjs-parallel-toolchains-'));
const { chromium } = await locate('chromium');
const browser = await browsers.launch({ executablePath: chromium, args: flags });
const packed = await pack();
/** @type {Map<string, Promise<string>>} */
const installed = new Map();
const results = [];
try {
  for (const row of wanted) results.push(await check(row));
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
if (chosen.length === 0) await write();
const failed = results.filter(({ error }) => error !== undefined);
for (const { error, where } of failed) console.error(`${where}:\n${error}\n`);
process.exit(failed.length > 0 ? 1 : 0);

async function pack() {
  const { stdout } = await execute('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  return join(folder, stdout.trim());
}

/** A copy of the fixture, with what its lock file pins and the packed library. */
async function install(fixture) {
  const root = join(folder, fixture);
  await cp(join(FIXTURES, fixture), root, { recursive: true, filter: (path) => !path.includes('node_modules') });
  await execute('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: root,
    timeout: LIMIT,
  });
  const library = join(root, 'node_modules/rxjs-parallel');
  await mkdir(library, { recursive: true });
  await execute('tar', ['-xzf', packed, '-C', library, '--strip-components=1']);
  return root;
}

async function check(row) {
  const { check: act, fixture, how, shared = [], where } = row;
  const began = performance.now();
  const closing = [];
  let error;
  let cannot;
  try {
    if (!installed.has(fixture)) installed.set(fixture, install(fixture));
    const root = /** @type {string} */ (await installed.get(fixture));
    for (const each of shared) await cp(join(FIXTURES, each), root, { recursive: true });
    cannot = await act(toolsFor(root, closing));
  } catch (thrown) {
    error = [thrown.message, thrown.stdout, thrown.stderr].filter(Boolean).join('\n').slice(0, 6000);
  }
  for (const close of closing.toReversed()) await close();
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${where}: ${error === undefined ? 'ok' : 'FAILED'}, ${seconds} s`);
  return { where, how, cannot, error, version: await versionOf(row) };
}

function toolsFor(root, closing) {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  };
  let address = '';
  return {
    async run(command, ...args) {
      try {
        const { stderr, stdout } = await execute(command, args, { cwd: root, env, timeout: LIMIT, maxBuffer: 2 ** 26 });
        return stderr + stdout;
      } catch (error) {
        throw new Error(`${command} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`, { cause: error });
      }
    },
    async serve(command, ...args) {
      const port = await freePort();
      const server = spawn(command, [...args, '--port', String(port)], {
        cwd: root,
        env,
        stdio: 'ignore',
        detached: true,
      });
      closing.push(() => process.kill(-(/** @type {number} */ (server.pid)), 'SIGKILL'));
      address = `http://127.0.0.1:${port}`;
      return async (path) => {
        for (let tries = 0; ; tries++) {
          try {
            const response = await fetch(address + path, { signal: AbortSignal.timeout(30_000) });
            return await response.json();
          } catch (error) {
            if (tries > 60) throw error;
            await new Promise((done) => setTimeout(done, 500));
          }
        }
      };
    },
    served: () => told(`${address}/`),
    async load(out) {
      const page = await serve(join(root, out));
      closing.push(page.close);
      return told(page.address);
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((done) => server.close(done));
  return port;
}

/** What a page leaves in `globalThis.told`. */
async function told(url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  try {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.told !== undefined, undefined, { timeout: 60_000 });
    return await page.evaluate(() => globalThis.told);
  } catch (error) {
    const seen = await page.evaluate(() => document.body.textContent).catch(() => '');
    throw new Error([...errors, String(error), `The page shows: ${seen}`].join('\n'), { cause: error });
  } finally {
    await page.close();
  }
}

async function write() {
  const table = results.map(
    ({ error, how, version, where }) => `| ${where} | ${version} | ${error === undefined ? '✓' : '✗'} | ${how} |`,
  );
  const list = (/** @type {[string, string][]} */ entries) => entries.map(([what, text]) => `- **${what}**: ${text}`);
  const cannot = results.flatMap(({ where, cannot: found = [] }) => found.map((what) => [where, what]));
  const text = `# Where it runs

Written by \`npm run test:toolchains\`, which installs each tool by a lock file, builds or runs a fixture of
[fixtures/toolchains](../../fixtures/toolchains/toolchains.js) on the packed library, and compares what came of it: a pool of a
worker's module, inline functions, errors and cancelling, in Chromium or in the runtime itself. Vite, webpack, esbuild and Rollup
without a framework are in \`npm run test:bundlers\`; TypeScript's settings in \`scripts/check-consumers.js\`.

| where | version | runs | what it needs |
| --- | --- | --- | --- |
${table.join('\n')}

What Node does (\`program/limits.js\`, and our own specs, of which \`cannot.js\` names those), and a runtime here does not:

${list(cannot).join('\n')}

Not tried:

${list(Object.entries(untried)).join('\n')}
`;
  await mkdir('docs/measured', { recursive: true });
  await writeFile(TABLE, text);
  await execute(resolve('node_modules/.bin/oxfmt'), [TABLE]);
}
