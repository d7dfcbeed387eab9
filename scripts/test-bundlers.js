// Builds a page on the packed tarball with each bundler, loads it in Chromium, and reads back what it came to.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium as browsers } from 'playwright-core';
import { locate } from './programs.js';
import { serve } from './static-server.js';

const run = promisify(execFile);
const FIXTURE = 'fixtures/bundlers';
const expected = {
  module: [1, 4, 9, 16, 25],
  moved: [
    [0, 1],
    [0, 2],
    [0, 3],
  ],
  left: [0, 0, 0],
  inline: [3, 5, 7, 9, 11],
  later: [1, 4, 9],
  failed: 'RangeError: as it should',
  closed: 'WorkerCrashedError',
};
/** Bytes that a page may pay before it makes a pool. */
const BUDGET = 14_900;
/** This machine by a name that makes the page no secure context: it has no locks. */
const INSECURE = 'page.test';
/** A helper that is renamed cannot be told from a variable around the function: then the error has to say so. */
const NOT_INLINE = /^ClosureError: The function uses "\w+", .* helper of your compiler \(keepNames/;

const { chromium } = await locate('chromium');
const folder = await mkdtemp(join(tmpdir(), 'rxjs-parallel-bundlers-'));
const app = join(folder, 'app');
await cp(join(FIXTURE, 'app'), app, { recursive: true });
await Promise.all([install(), installBundlers()]);
const { builders, fetched, serveByVite } = await import('../fixtures/bundlers/bundlers.js');

const browser = await browsers.launch({
  executablePath: chromium,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`,
  ],
});
const failures = [];
try {
  for (const [name, build] of Object.entries(builders)) {
    const out = join(folder, name.replaceAll(/\W+/g, '-'));
    await mkdir(out);
    await build(app, out);
    const { address, close } = await serve(out);
    await check(name, address);
    close();
  }
  const { address, close } = await serve(join(folder, 'esbuild'));
  await check('esbuild, in no secure context', address.replace('127.0.0.1', INSECURE));
  await checkUnfetched(address);
  close();
  const dev = await serveByVite(app);
  await check('Vite, development server', dev.address);
  await dev.close();
  await weigh();
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}

/** What is there already and agrees with the lock file is kept: it takes most of the time. */
async function installBundlers() {
  const changed = async (name) => (await stat(join(FIXTURE, name)).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
  if ((await changed('node_modules/.package-lock.json')) > (await changed('package-lock.json'))) return;
  await run('npm', ['--prefix', FIXTURE, 'ci', '--prefer-offline', '--no-audit', '--no-fund']);
}

/** Packs the library, and installs it where the page is. */
async function install() {
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', pack);
  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  const packages = [join(folder, stdout.trim()), `rxjs@${devDependencies.rxjs}`];
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], { cwd: app });
}

async function check(name, address) {
  const began = performance.now();
  const page = await browser.newPage();
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  let loads = 0;
  page.on('load', () => loads++);
  // That half of threads.js is for plain workers.
  page.on('request', (request) => /\/threads-[^/]+\.js/.test(request.url()) && errors.push(`loaded: ${request.url()}`));
  page.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`));
  let told;
  try {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.told !== undefined, undefined, { timeout: 20_000 });
    told = await page.evaluate(() => globalThis.told);
  } catch (error) {
    errors.push(String(error));
  }
  await page.close();
  if (loads !== 1) errors.push(`the page was loaded ${loads} times`);
  const wanted = {
    ...expected,
    ...(name.endsWith('keepNames') && NOT_INLINE.test(told?.inline) ? { inline: told.inline } : {}),
    // Nothing tells of its end but the deadline.
    ...(address.includes(INSECURE) ? { closed: 'TaskTimeoutError' } : {}),
  };
  const right = isDeepStrictEqual(told, wanted) && errors.length === 0;
  console.log(`${name}: ${right ? 'ok' : 'FAILED'}, ${Math.round(performance.now() - began)} ms`);
  if (!right) failures.push([`${name} came to`, JSON.stringify(told), ...errors].join('\n'));
}

/** A page that cannot fetch what its first pool needs is told so. */
async function checkUnfetched(address) {
  const page = await browser.newPage();
  await page.route(/\/factories-[^/]+\.js$/, (route) => route.abort());
  await page.goto(address);
  const told = await page.waitForFunction(() => globalThis.told, undefined, { timeout: 20_000 });
  const text = String(await told.jsonValue());
  await page.close();
  const right = text.includes('WorkerInitError: What runs the workers could not be fetched: TypeError: ');
  console.log(`esbuild, where the engine cannot be fetched: ${right ? 'ok' : 'FAILED'}`);
  if (!right) failures.push(`Where the engine cannot be fetched, the page was told: ${text}`);
}

/** What the page pays: each part minified and gzipped. */
async function weigh() {
  const names = "export { parallelMap, workerPool, Worker } from 'rxjs-parallel'";
  const weights = async (external) => {
    const parts = await fetched(app, names, external);
    const sum = (files) => files.reduce((bytes, contents) => bytes + gzipSync(contents).length, 0);
    return Object.fromEntries(parts.map(({ name, files }) => [name, sum(files)]));
  };
  const ours = await weights(['rxjs', 'threads']);
  const { threads } = await weights(['rxjs']);
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(
    `A page pays, minified and gzipped, rxjs apart: ${kB(ours.stdin)} for parallelMap and workerPool; ` +
      `${kB(ours.factories)} more when it makes its first pool; ` +
      `${kB(ours.blobWorker)} more when it first runs an inline function; ` +
      `${kB(threads)} of threads for its first worker that is a plain one of threads.js`,
  );
  if (ours.stdin > BUDGET) failures.push(`A page pays ${ours.stdin} bytes at first, more than ${BUDGET}`);
}
