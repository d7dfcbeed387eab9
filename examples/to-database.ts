// Computes rows in workers and writes them into an SQLite database, in batches. Ctrl-C ends it between two batches;
// the next run goes on after the last row that is there.
//   to-database FILE [--rows N] [--batch N] [--slow MS] [--check]
// --slow: so many ms more for each batch, as if the disk were slow: the workers then wait for it, and nothing piles up.
// --check computes every row again, without workers, and compares.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parallelMapIterable, Worker, workerPool } from 'rxjs-parallel';
import { showProgress } from './guides/watching.progress.ts';
import { rowOf } from './to-database.row.ts';
import { Table } from './to-database.table.ts';
import type { RowsApi } from './to-database.worker.ts';

function optionsOf(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '1000000' },
      batch: { type: 'string', default: '1000' },
      slow: { type: 'string', default: '0' },
      check: { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new Error('usage: to-database FILE [--rows N] [--batch N] [--slow MS] [--check]');
  const number = (name: 'rows' | 'batch' | 'slow', least: number): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < least)
      throw new Error(`--${name} must be an integer, at least ${least}, got '${values[name]}'`);
    return value;
  };
  return { file, rows: number('rows', 1), batch: number('batch', 1), slow: number('slow', 0), check: values.check };
}

/** How far the numbers have been read: what is read and not yet written is in memory. */
let read = 0;
function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number <= to; number++) {
    read = number;
    yield number;
  }
}

async function* batchesOf<T>(values: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const value of values) {
    if (batch.push(value) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function fill(table: Table, { rows, batch, slow }: ReturnType<typeof optionsOf>): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  await using pool = workerPool<RowsApi>(
    () => new Worker(new URL('./to-database.worker.js', import.meta.url), { type: 'module' }),
    availableParallelism(),
  );
  let written = table.last;
  let mostAhead = 0;
  console.log(written === 0 ? 'Beginning' : `Going on after row ${written}`);
  const first = written;
  const shown = showProgress(
    pool,
    'rows',
    () => rows - first,
    () => written - first,
  );
  try {
    const results = parallelMapIterable(numbers(written + 1, rows), (worker, number) => worker.row(number), pool, {
      window: 4 * batch,
      signal: interrupted.signal,
    });
    for await (const each of batchesOf(results, batch)) {
      mostAhead = Math.max(mostAhead, read - written);
      table.write(each);
      written += each.length;
      // Also lets signals be heard.
      await sleep(slow);
    }
  } catch (error) {
    if (!interrupted.signal.aborted || error !== interrupted.signal.reason) throw error;
    process.exitCode = 130;
  } finally {
    shown();
    process.off('SIGINT', interrupt);
  }
  if (interrupted.signal.aborted) console.log(`Interrupted after row ${written}; run it again to go on`);
  console.log(`Never more than ${mostAhead} rows were ahead of the database`);
}

let options: ReturnType<typeof optionsOf>;
let opened: Table;
try {
  options = optionsOf(process.argv.slice(2));
  opened = new Table(options.file);
} catch (error) {
  console.error(`to-database: ${(error as Error).message}`);
  process.exit(1);
}

using table = opened;
if (table.last < options.rows) await fill(table, options);
if (!table.isWhole()) throw new Error(`${options.file} is not whole`);
console.log(`${options.file} is whole: rows 1 to ${table.last}`);
if (options.check) {
  for (const row of table)
    if (JSON.stringify(row) !== JSON.stringify(rowOf(row.number))) throw new Error(`Wrong: ${JSON.stringify(row)}`);
  console.log('Every row is as it is without workers');
}
