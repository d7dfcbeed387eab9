/**
 * `npm run bench:page`: from a click to the first result, in Chromium: two workers, which start then. Each time a browser of its own;
 * writes a table of docs/measured/BENCHMARKS.md.
 *
 *   --rounds N    each contender once a round, in turn; medians count. Default 25
 *   --quick       two rounds, printed and not written
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chromium as browsers } from 'playwright-core';
import { flags as flagsOfChromium } from '../../scripts/chromium.js';
import { locate } from '../../scripts/programs.js';
import { serve } from '../../scripts/static-server.js';
import { write } from '../document.js';
import { machine, versions } from '../machine.js';
import { median } from '../median.js';
import { FIGURES, pageTable } from './table.js';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '25' }, quick: { type: 'boolean', default: false } },
});
const rounds = flags.quick ? 2 : Number(flags.rounds);
const contenders = ['rxjs-parallel', 'comlink', 'bare'];

const top = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
/** What package.json names for browsers, as it is built in `dist`. */
const LIBRARY = {
  'rxjs-parallel/worker': top('dist/browser/worker/index.js'),
  'rxjs-parallel': top('dist/browser/index.js'),
};

const { chromium } = await locate('chromium');
const folder = await mkdtemp(join(tmpdir(), 'rxjs-parallel-page-'));
const { address, close } = await serve(folder);
/** @type {Record<string, number[]>} */
const took = {};
let browser;
try {
  for (const name of contenders) await buildPage(name);
  for (let round = 0; round < rounds; round++)
    for (const name of contenders) (took[name] ??= []).push(await measure(name));
} finally {
  close();
  await rm(folder, { recursive: true, force: true });
}
const about = {
  machine: machine(),
  browser,
  rounds,
  date: new Date().toISOString().slice(0, 10),
  ms: Object.fromEntries(Object.entries(took).map(([name, each]) => [name, median(each)])),
};
console.log(pageTable(about));
if (!flags.quick) {
  await writeFile(FIGURES, `${JSON.stringify(about, undefined, 2)}\n`);
  console.log(`Written: ${write({}, { machine: machine(), versions: versions() })}`);
}

/** A page with a button, and what a bundler makes of the contender and of its worker, which shares nothing with the page. */
async function buildPage(name) {
  const out = join(folder, name);
  await mkdir(out);
  for (const file of [`${name}.js`, `${name}.worker.js`])
    await build({
      entryPoints: [fileURLToPath(new URL(`contenders/${file}`, import.meta.url))],
      outdir: out,
      bundle: true,
      splitting: true,
      format: 'esm',
      minify: true,
      alias: LIBRARY,
    });
  await writeFile(
    join(out, 'index.html'),
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><button>Run</button>
<script type="module">
  import './${name}.js';
  document.querySelector('button').onclick = async () => {
    const began = performance.now();
    globalThis.result = await first();
    globalThis.took = performance.now() - began;
  };
</script>`,
  );
}

/** Milliseconds from the click. */
async function measure(name) {
  const opened = await browsers.launch({ executablePath: chromium, args: flagsOfChromium });
  browser = `Chromium ${opened.version()}`;
  try {
    const page = await opened.newPage();
    await page.goto(`${address}${name}/`);
    await page.click('button');
    await page.waitForFunction(() => Reflect.has(globalThis, 'took'));
    const { result, ms } = await page.evaluate(() => ({
      result: Reflect.get(globalThis, 'result'),
      ms: Reflect.get(globalThis, 'took'),
    }));
    if (!(name === 'rxjs-parallel' ? [2] : [2, 4]).includes(result))
      throw new Error(`${name}: the result is ${result}`);
    return ms;
  } finally {
    await opened.close();
  }
}
