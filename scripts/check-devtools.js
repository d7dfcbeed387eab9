// Records a page in Chromium as its Performance panel does, and reads the lanes that showInDevTools has drawn.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { build } from 'esbuild';
import { chromium as browsers } from 'playwright-core';
import { flags } from './chromium.js';
import { locate } from './programs.js';

const worker = `
  import { expose } from './dist/browser/worker/index.js';
  expose({
    spin(ms) {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return ms;
    },
    fail() { throw new RangeError('as it should'); },
  });`;
const page = `
  import { lastValueFrom, range, toArray } from 'rxjs';
  import { workerPool } from './dist/browser/index.js';
  import { showInDevTools } from './dist/browser/timeline/index.js';
  globalThis.play = async () => {
    const pool = workerPool(() => new Worker('/worker.js', { type: 'module' }), 2);
    await pool.warmUp();
    const shown = showInDevTools(pool, { name: 'primes' });
    await lastValueFrom(range(0, 6).pipe(pool.map((worker) => worker.spin(20), { batch: 1 }), toArray()));
    await pool.run((worker) => worker.fail()).catch(() => {});
    shown.stop();
    await pool.run((worker) => worker.spin(1));
    await pool.close();
  };`;

/** @param {string} contents */
const bundled = async (contents) => {
  const stdin = { contents, resolveDir: process.cwd() };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false, logLevel: 'error' });
  return outputFiles[0].text;
};
/** @type {Record<string, string>} */
const files = { '/worker.js': await bundled(worker), '/page.js': await bundled(page) };
const server = createServer(({ url = '/' }, response) => {
  response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html');
  response.end(files[url] ?? '<!doctype html><script type="module" src="/page.js"></script>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

const { chromium } = await locate('chromium');
const browser = await browsers.launch({ executablePath: chromium, args: flags });
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction(() => 'play' in globalThis);
  const events = await recorded(() => tab.evaluate(() => globalThis.play()));
  const drawn = events.flatMap(({ args, name }) => (name === 'TimeStamp' ? [args.data] : []));
  const lanes = drawn.filter(({ trackGroup }) => trackGroup === 'primes');
  const names = lanes.map(({ message, name = message }) => name);
  assert.equal(names.length, 7);
  assert.deepEqual(new Set(names), new Set(['fail 0 (error)', ...[0, 1, 2, 3, 4, 5].map((n) => `spin ${n}`)]));
  assert.deepEqual(new Set(lanes.map(({ track }) => track)), new Set(['worker 0', 'worker 1']));
  for (const { color, end, start, message, name = message } of lanes) {
    // In µs.
    assert.ok(end - start >= (name.startsWith('spin') ? 19_900 : 0), `${name} took ${end - start}`);
    assert.equal(color, name.startsWith('spin') ? 'primary' : 'error');
  }
  console.log(`${lanes.length} tasks in the lanes of 2 workers`);
} finally {
  await browser.close();
  server.close();
}

/** @param {() => Promise<unknown>} act */
async function recorded(act) {
  const client = await browser.newBrowserCDPSession();
  /** @type {{ name: string, args: { data: any } }[]} */
  const events = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(.../** @type {any[]} */ (value)));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', categories: 'devtools.timeline' });
  await act();
  const complete = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
  await client.send('Tracing.end');
  await complete;
  return events;
}
