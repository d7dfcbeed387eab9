// What is in a web server's access log, however large: top paths, statuses, percentiles of the times of answer by hour.
//   logs FILE [--size 1G] [--check]
// FILE may end in .gz. Where there is none, one is made up, always the same for the same --size (64M unless given).
// --check counts once more, in one loop without workers, and compares.
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parallelMapIterable, Transfer, Worker, workerPool } from 'rxjs-parallel';
import { showProgress } from './guides/watching.progress.ts';
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

/** How far one turn is: how many bytes are read or made, in how many parts, and how many of these are done with. */
class Turn {
  bytes = 0;
  taken = 0;
  done = 0;
}

/** Does `work`, of so many bytes, and takes the time. */
async function timed(bytes: number, work: (turn: Turn) => Promise<void>): Promise<number> {
  const turn = new Turn();
  // How many parts there will be is known from what those had so far.
  const total = (): number => Math.round((turn.taken * bytes) / Math.max(1, turn.bytes));
  const shown = showProgress(pool, 'parts', total, () => turn.done);
  const began = performance.now();
  try {
    await work(turn);
  } finally {
    shown();
  }
  return (performance.now() - began) / 1000;
}

if (existsSync(file)) console.log(`${file} is there and is used as it is`);
else {
  const seconds = await timed(size, async (turn) => {
    // The disk sets the pace: no more parts are made than it takes.
    const parts = parallelMapIterable(partsOf(size), (worker, part) => worker.lines(part), pool, {
      window: 2 * workers,
    });
    await write(
      file,
      (async function* () {
        for await (const part of parts) {
          turn.bytes += part.length;
          turn.taken++;
          yield part;
          turn.done++;
        }
      })(),
    );
  });
  console.log(`${file} was made in ${seconds.toFixed(1)} s`);
}

const total = statSync(file).size;
const tally = emptyTally();
const seconds = await timed(total, async (turn) => {
  const chunks = chunksOfLines(file, (bytes) => {
    turn.bytes = bytes;
    turn.taken++;
  });
  const count = parallelMapIterable(
    chunks,
    (worker, lines) => worker.tally(Transfer(lines, [lines.buffer as ArrayBuffer])),
    pool,
    { ordered: false },
  );
  for await (const part of count) {
    add(tally, part);
    turn.done++;
  }
});
const peak = process.resourceUsage().maxRSS * 1024;

const report = reportOf(tally);
console.log(`\n${report}\n`);
console.log(`${mebibytes(total)} in ${seconds.toFixed(1)} s on ${workers} workers`);
console.log(`Peak memory of the process ${mebibytes(peak)}: ${mebibytes(peak - atStart)} more than at its start`);

if (check) {
  const alone = emptyTally();
  const started = performance.now();
  for await (const lines of chunksOfLines(file, () => {})) add(alone, tallyOf(lines));
  const took = (performance.now() - started) / 1000;
  if (reportOf(alone) !== report) throw new Error(`A loop without workers counts otherwise:\n${reportOf(alone)}`);
  console.log(`A loop without workers counts the same in ${took.toFixed(1)} s`);
}
