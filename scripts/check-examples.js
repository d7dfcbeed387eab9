// Runs every example there is, each to its end; the one that can be interrupted is, and goes on.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cluster } from './check-cluster.js';
import { images } from './check-images.js';
import { filter, firstValueFrom, lastValueFrom, map, range, tap } from 'rxjs';
import { Worker, workerPool } from '../dist/node/index.js';
import { exampleNames } from './examples.js';

const directory = mkdtempSync(join(tmpdir(), 'rxjs-parallel-examples-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const log = join(directory, 'access.log');
const database = join(directory, 'rows.db');
const orders = join(directory, 'orders.csv');

/** What it has to print, beside something. */
const printed = { csv: /^one thread .* 804 orders of 400 or more, 361,861 together\nThe same orders/m };

/** With which arguments each is run; an example that is not here is run without any. */
const runs = {
  futures: [[], ['--as-completed']],
  primes: [['2000']],
  compress: [['lib']],
  csv: [[orders, '--rows', '20000'], [orders]],
  logs: [[log, '--size', '3M', '--check'], [log], [`${log}.gz`, '--size', '500K', '--check']],
  'to-database': [[join(directory, 'small.db'), '--rows', '2500', '--slow', '1', '--check']],
};

/** What tells how far it is, in plain lines where there is no terminal. */
const told = { primes: /of 40 ranges/, compress: /of \d+ files/, logs: /of \d+ parts/, 'to-database': /of 2500 rows/ };

/** What has a check of its own, below. */
const together = ['cluster/producer', 'cluster/shards', 'cluster/worker', 'images', 'service'];

let failed = 0;
for (const name of exampleNames().filter((each) => !together.includes(each)))
  for (const args of runs[name] ?? [[]]) {
    const program = [`dist/examples/${name}.js`, ...args];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, program, {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const title = [name, ...args].join(' ');
    const says = (printed[name] ?? /\S/).test(stdout) && (told[name] ?? /^/).test(stderr);
    if (status === 0 && says) console.log(`${title}: ok`);
    else {
      failed++;
      const why =
        status === 0
          ? 'did not print what it has to'
          : status === null
            ? `was ended by ${signal}`
            : `exited with ${status}`;
      console.error(`${title}: ${why}\n${stdout}${stderr}`);
    }
  }
for (const name of [...Object.keys(runs), ...together])
  if (!exampleNames().includes(name)) {
    failed++;
    console.error(`There is no example "${name}"`);
  }
for (const [title, check] of Object.entries({
  'to-database, interrupted': interrupt,
  images: () => images(join(directory, 'pictures')),
  progress,
  service,
  cluster,
}))
  try {
    console.log(`${title}: ok, ${await check()}`);
  } catch (error) {
    failed++;
    console.error(`${title}: ${error.message}`);
  }
process.exit(failed === 0 ? 0 : 1);

/** Ends `to-database` by Ctrl-C while it writes, has it go on, and has what is there checked. */
async function interrupt() {
  const args = ['dist/examples/to-database.js', database];
  const child = spawn(process.execPath, [...args, '--rows', '1000000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  // Some batches are there.
  while (child.exitCode === null && !(existsSync(database) && statSync(database).size > 100_000)) await sleep(5);
  child.kill('SIGINT');
  const [code] = await ended;
  const last = Number(/Interrupted after row (\d+)/.exec(output)?.[1]);
  if (code !== 130 || !(last > 0) || !output.includes(`is whole: rows 1 to ${last}`))
    throw new Error(`it did not end well (${code}):\n${output}`);
  const rows = last + 1500;
  const { status, stdout } = spawnSync(process.execPath, [...args, '--rows', String(rows), '--check'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const expected = [
    `Going on after row ${last}`,
    `is whole: rows 1 to ${rows}`,
    'Every row is as it is without workers',
  ];
  if (status !== 0 || !expected.every((each) => stdout.includes(each))) throw new Error(`it did not go on:\n${stdout}`);
  return `after row ${last}`;
}

/** While the first of all is at it, what is done behind it counts. */
async function progress() {
  // By its address: its types are not needed here, and are those of the sources.
  const { progressOf } = await import(new URL('../dist/examples/guides/watching.progress.js', import.meta.url).href);
  const pool = workerPool(() => new Worker(new URL('../dist/examples/guides/primes.worker.js', import.meta.url)), 2);
  let emitted = 0;
  const states = progressOf(
    pool,
    () => 20,
    () => emitted,
  );
  const limits = range(0, 20).pipe(map((n) => (n === 0 ? 20_000_000 : 10)));
  const counting = limits.pipe(
    pool.map((worker, limit) => worker.countPrimes(limit)),
    tap(() => emitted++),
  );
  const counted = lastValueFrom(counting);
  const state = await firstValueFrom(states.pipe(filter(({ held }) => held > 0)));
  await counted;
  await pool.close();
  if (state.failed !== 0 || state.done !== state.held || state.running < 1) throw new Error(JSON.stringify(state));
  return `${state.held} were held behind the first`;
}

/** Answers, is overloaded, out of time and left alone, and ends by Ctrl-C when all is answered. */
async function service() {
  const child = spawn(process.execPath, ['dist/examples/service.js'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  try {
    while (!output.includes('\n')) await sleep(5);
    const { origin } = new URL(output.trim());
    const get = async (/** @type {string} */ path, /** @type {AbortSignal | null} */ signal = null) => {
      const response = await fetch(`${origin}${path}`, { signal });
      return { status: response.status, ...(await response.json()) };
    };
    const expected = async (/** @type {Promise<any>} */ found, /** @type {object} */ wanted) => {
      const got = await found;
      for (const [key, value] of Object.entries(wanted))
        if (got[key] !== value) throw new Error(`${key} is ${got[key]}, not ${value}`);
    };
    await expected(get('/primes?below=100'), { status: 200, count: 25 });
    await expected(get('/primes?below=x'), { status: 400 });
    await expected(get('/'), { status: 404 });
    // Longer than any machine takes in 2 s.
    const endless = '/primes?below=9000000000000000';
    const leaving = new AbortController();
    const left = get(endless, leaving.signal).catch(({ name }) => name);
    const many = Array.from({ length: 60 }, () => get(endless));
    await sleep(100);
    leaving.abort();
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    if ((await left) !== 'AbortError') throw new Error('a request that was left was answered');
    for (const status of [503, 504])
      if (!statuses.includes(status)) throw new Error(`of 60 requests none was answered with ${status}`);
    const last = get('/primes?below=2000000');
    await sleep(50);
    child.kill('SIGINT');
    await expected(last, { status: 200, count: 148933 });
    const [code] = await ended;
    if (code !== 0 || !/Stopped: 2 answers/.test(output)) throw new Error(`it did not end well (${code}):\n${output}`);
    return `of 60 at once ${statuses.filter((status) => status === 503).length} were refused`;
  } finally {
    child.kill('SIGKILL');
  }
}
