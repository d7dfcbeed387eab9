// Compresses every file of a directory with brotli, and prints what that saves. Nothing is written.
//   compress DIR [--quality N] [--all]      quality: 0 to 11, 5 unless given; --all: a row for every file
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { from, tap } from 'rxjs';
import { parallelMap, Transfer, Worker, workerPool } from 'rxjs-parallel';
import { read, reasonOf, type Unread, walk } from './compress.files.ts';
import type { CompressApi } from './compress.worker.ts';
import { showProgress } from './guides/watching.progress.ts';

function optionsOf(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { quality: { type: 'string', default: '5' }, all: { type: 'boolean', default: false } },
  });
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) throw new Error('usage: compress DIR [--quality N] [--all]');
  if (!statSync(directory).isDirectory()) throw new Error(`${directory} is not a directory`);
  if (!/^(\d|10|11)$/.test(values.quality)) throw new Error(`--quality must be 0 to 11, got '${values.quality}'`);
  return { directory, quality: Number(values.quality), most: values.all ? Infinity : 20 };
}

let options: ReturnType<typeof optionsOf>;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  console.error(`compress: ${(error as Error).message}`);
  process.exit(1);
}

const { directory, quality, most } = options;
const files: { path: string; size: number; compressed: number }[] = [];
const skipped: Unread[] = [];
const shut: Unread[] = [];
let found = 0;

const workers = availableParallelism();
const pool = workerPool<CompressApi>(
  () => new Worker(new URL('./compress.worker.js', import.meta.url), { type: 'module' }),
  workers,
);
const shown = showProgress(
  pool,
  'files',
  () => found,
  () => files.length + skipped.length,
);
const began = performance.now();

await from(walk(directory, shut))
  .pipe(
    tap(() => found++),
    // A file is read when a worker has room for it, so that no more files are held than there are workers.
    parallelMap(
      (worker, path) => {
        const bytes = read(path);
        return worker.compress(Transfer(bytes, [bytes.buffer]), quality);
      },
      pool,
      { onError: 'settle' },
    ),
  )
  .forEach((result) => {
    const path = result.input;
    if (result.status === 'rejected') skipped.push({ path, why: reasonOf(result.reason) });
    else files.push({ path, size: result.value.size, compressed: result.value.compressed.length });
  });

const seconds = (performance.now() - began) / 1000;
shown();
await pool.close();

const number = new Intl.NumberFormat('en').format;
const print = (first: string, second: string, third: string, rest: string) =>
  console.log(`${first.padStart(14)} ${second.padStart(14)} ${third.padStart(8)}  ${rest}`);
const printFile = ({ path, size, compressed }: (typeof files)[number]) =>
  print(number(size), number(compressed), size === 0 ? '-' : `${((100 * compressed) / size).toFixed(1)} %`, path);

const largest = new Set(files.toSorted((a, b) => b.size - a.size).slice(0, most));
print(
  'bytes',
  'compressed',
  'ratio',
  largest.size < files.length ? `the ${most} largest files (--all for all)` : 'file',
);
for (const file of files) if (largest.has(file)) printFile(file);
const total = files.reduce((sum, { size }) => sum + size, 0);
const compressed = files.reduce((sum, file) => sum + file.compressed, 0);
printFile({ path: `all ${number(files.length)} files`, size: total, compressed });

console.log();
for (const { path, why } of shut) console.log(`Not entered: ${path} (${why})`);
for (const { path, why } of skipped.slice(0, most)) console.log(`Skipped: ${path} (${why})`);
if (skipped.length > most) console.log(`Skipped: ${skipped.length - most} more (--all for all)`);
console.log(`${number(found)} files found = ${number(files.length)} compressed + ${number(skipped.length)} skipped`);
console.log(`${seconds.toFixed(1)} s on ${workers} workers, ${(total / 1e6 / seconds).toFixed(1)} MB/s`);
if (found !== files.length + skipped.length) throw new Error('Not every file is accounted for');
