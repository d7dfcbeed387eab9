// Loads what `timeline(pool).toPerfetto()` gives with the parser of Chromium's Performance panel, which reads trace-event JSON too.
import assert from 'node:assert/strict';
import { chromium as browsers } from 'playwright-core';
import { lastValueFrom, range } from 'rxjs';
import { localPool } from '../dist/node/index.js';
import { timeline } from '../dist/browser/timeline/index.js';
import { flags } from './chromium.js';
import { locate } from './programs.js';

const pool = localPool({ double: (/** @type {number} */ n) => 2 * n });
const seen = timeline(pool);
await lastValueFrom(range(0, 5).pipe(pool.map((worker, n) => worker.double(n))));
await pool.close();
const trace = seen.toPerfetto();

const { chromium } = await locate('chromium');
const browser = await browsers.launch({ executablePath: chromium, args: flags });
try {
  const tab = await browser.newPage();
  await tab.goto('devtools://devtools/bundled/devtools_app.html');
  const threads = await tab.evaluate(async (text) => {
    const module = 'devtools://devtools/bundled/models/trace/trace.js';
    const { TraceModel } = await import(module);
    const model = TraceModel.Model.createWithAllHandlers();
    await model.parse(JSON.parse(text).traceEvents, {});
    /** @type {Map<number, { threads: Map<number, { name: string, entries: { name: string, ts: number, dur: number }[] }> }>} */
    const processes = model.parsedTrace().data.Renderer.processes;
    return [...processes.values()].flatMap((process) =>
      [...process.threads.values()].map(({ entries, name }) => ({
        name,
        slices: entries.map(({ dur, name: of, ts }) => ({ name: of, ts, dur })),
      })),
    );
  }, trace);
  assert.deepEqual(
    threads.map(({ name, slices }) => [name, slices.map((slice) => slice.name)]),
    [
      ['worker 0', ['double', 'double', 'double', 'double', 'double']],
      ['results of stream 0', ['0', '1', '2', '3', '4']],
    ],
  );
  /** @type {{ ph: string, ts: number, dur: number }[]} */
  const written = JSON.parse(trace).traceEvents.filter((/** @type {{ ph: string }} */ { ph }) => ph === 'X');
  assert.deepEqual(
    threads.flatMap(({ slices }) => slices.map(({ dur, ts }) => [ts, dur])),
    written.map(({ dur, ts }) => [ts, dur]),
  );
  console.log(`${written.length} slices of a trace, as the parser of the Performance panel reads them`);
} finally {
  await browser.close();
}
