// Parses a large CSV file in ranges, several at once; each task is a generator, whose rows come while it runs, in the
// order of the file, and never more of them than there is room for. Then once more on one thread, to compare.
//   csv FILE [--rows N]      FILE is made, of N rows (1 000 000 unless given), where it is not there
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { concatMap, from, lastValueFrom, type Observable, reduce } from 'rxjs';
import { parallelConcatMap, Worker, workerPool } from 'rxjs-parallel';
import { generate } from './csv.generate.ts';
import { largeOrders, type Order, rangesOf } from './csv.orders.ts';
import type { CsvApi } from './csv.worker.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1000000' } },
});
const [file] = positionals;
const rows = Number(values.rows);
if (file === undefined || positionals.length > 1 || !Number.isSafeInteger(rows) || rows < 1) {
  console.error('usage: csv FILE [--rows N]');
  process.exit(1);
}

const LARGE = 400;
const RANGE = 2 ** 18;
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

if (!existsSync(file)) await generate(file, rows);
console.log(`${file}: ${megabytes(statSync(file).size)}`);

/** Takes the orders as they come, and the time. */
async function measure(who: string, orders: Observable<Order>) {
  const nothing = { count: 0, total: 0, last: 0 };
  const began = performance.now();
  const found = await lastValueFrom(
    orders.pipe(
      reduce(({ count, last, total }, order) => {
        if (order.number <= last) throw new Error(`Order ${order.number} came after order ${last}`);
        return { count: count + 1, total: total + order.total, last: order.number };
      }, nothing),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  const orderCount = `${number(found.count)} orders of ${LARGE} or more, ${number(found.total)} together`;
  console.log(`${who.padEnd(13)} ${seconds.toFixed(2)} s   ${orderCount}`);
  return { ...found, seconds };
}

await using pool = workerPool<CsvApi>(
  () => new Worker(new URL('./csv.worker.js', import.meta.url), { type: 'module' }),
  availableParallelism(),
);
await pool.warmUp();
const before = process.memoryUsage.rss();

const inWorkers = await measure(
  `${pool.size} workers`,
  from(rangesOf(file, RANGE)).pipe(parallelConcatMap((worker, range) => worker.largeOrders(file, range, LARGE), pool)),
);
const more = process.resourceUsage().maxRSS * 1024 - before;

const alone = await measure(
  'one thread',
  from(rangesOf(file, RANGE)).pipe(concatMap((range) => largeOrders(file, range, LARGE))),
);

if (inWorkers.count !== alone.count || inWorkers.total !== alone.total) throw new Error('They do not agree');
console.log(
  `The same orders, in the order of the file, ${(alone.seconds / inWorkers.seconds).toFixed(1)} times as fast`,
);
console.log(`The workers took ${megabytes(more)} of memory beyond their start, however long the file is`);
