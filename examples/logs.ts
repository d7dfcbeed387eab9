// What is in a web server's access log, however large: top paths, statuses, percentiles of the times of answer by hour.
//   logs FILE [--size 1G] [--check]
// FILE may end in .gz. Where there is none, one is made up, always the same for the same --size (64M unless given).
// --check counts once more, in one loop without workers, and compares.
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { parallelMapIterable, Transfer, Worker, workerPool } from 'rxjs-parallel';
import { chunksOfLines, write } from './logs.files.ts';
import { partsOf } from './logs.generate.ts';
import { reportOf } from './logs.report.ts';
import { add, emptyTally, tallyOf } from './logs.tally.ts';
import type { LogsApi } from './logs.worker.ts';

const atStart = process.memoryUsage.rss();

function optionsOf(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { size: { type: 'string', default: '64M' }, check: { type: 'boolean', default: false } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new Error('usage: logs FILE [--size 1G] [--check]');
  const [, count, unit = ''] = /^([1-9]\d*)([KMG]?)$/.exec(values.size) ?? [];
  if (count === undefined) throw new Error(`--size must be like 500K, 64M or 1G, got '${values.size}'`);
  return { file, size: Number(count) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit), check: values.check };
}

let options: ReturnType<typeof optionsOf>;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  console.error(`logs: ${(error as Error).message}`);
  process.exit(1);
}

const { file, size, check } = options;
const workers = availableParallelism();
await using pool = workerPool<LogsApi>(
  () => new Worker(new URL('./logs.worker.js', import.meta.url), { type: 'module' }),
  workers,
);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A bar in bytes, on a terminal only. */
function barOf(what: string, total: number): SingleBar {
  const bar = new SingleBar({
    format: `${what} {bar} {value} of {total}, {eta_formatted} left`,
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? mebibytes(value) : String(value)),
    stream: process.stdout,
    linewrap: true,
    clearOnComplete: true,
    etaBuffer: 100,
  });
  bar.start(total, 0);
  return bar;
}

async function timed(what: string, bytes: number, work: (bar: SingleBar) => Promise<void>): Promise<number> {
  const bar = barOf(what, bytes);
  const began = performance.now();
  try {
    await work(bar);
  } finally {
    bar.stop();
  }
  return (performance.now() - began) / 1000;
}

if (existsSync(file)) console.log(`${file} is there and is used as it is`);
else {
  const seconds = await timed('Making', size, async (bar) => {
    // The disk sets the pace: no more parts are made than it takes.
    const parts = parallelMapIterable(partsOf(size), (worker, part) => worker.lines(part), pool, {
      window: 2 * workers,
    });
    await write(
      file,
      (async function* () {
        for await (const part of parts) {
          yield part;
          bar.increment(part.length);
        }
      })(),
    );
  });
  console.log(`${file} was made in ${seconds.toFixed(1)} s`);
}

const total = statSync(file).size;
const tally = emptyTally();
const seconds = await timed('Counting', total, async (bar) => {
  const chunks = chunksOfLines(file, (bytes) => bar.update(bytes));
  const count = parallelMapIterable(
    chunks,
    (worker, lines) => worker.tally(Transfer(lines, [lines.buffer as ArrayBuffer])),
    pool,
    { ordered: false },
  );
  for await (const part of count) add(tally, part);
});
const peak = process.resourceUsage().maxRSS * 1024;

const report = reportOf(tally);
console.log(`\n${report}\n`);
console.log(`${mebibytes(total)} in ${seconds.toFixed(1)} s on ${workers} workers`);
console.log(`Peak memory of the process ${mebibytes(peak)}: ${mebibytes(peak - atStart)} more than at its start`);

if (check) {
  const alone = emptyTally();
  const took = await timed('Checking', total, async (bar) => {
    for await (const lines of chunksOfLines(file, (bytes) => bar.update(bytes))) add(alone, tallyOf(lines));
  });
  if (reportOf(alone) !== report) throw new Error(`A loop without workers counts otherwise:\n${reportOf(alone)}`);
  console.log(`A loop without workers counts the same in ${took.toFixed(1)} s`);
}
