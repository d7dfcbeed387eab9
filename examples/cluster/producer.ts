// Counts primes, range by range, on every machine that runs cluster/worker. The chain is that of any other pool.
//   producer [SIZE]     40 ranges of SIZE numbers each; 50 000 unless given
//   REDIS_URL           where Redis is; redis://127.0.0.1:6379 unless given
import { range } from 'rxjs';
import { parallelMap } from 'rxjs-parallel';
import { bullmqPool } from 'rxjs-parallel/bullmq';
import type { PrimesApi } from '../primes.worker.ts';

const RANGES = 40;
const connection = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

const size = Number(process.argv[2] ?? '50000');
if (!Number.isInteger(size) || size < 1 || process.argv.length > 3) {
  console.error(`producer: SIZE must be one integer, at least 1, got ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

// #region pool
const pool = bullmqPool<PrimesApi>('primes', { connection });
const counting = parallelMap((primes, n: number) => primes.count(n * size, (n + 1) * size), pool);
// #endregion

// Ctrl-C: what waits leaves the queue.
process.once('SIGINT', () => void pool.close({ drain: false }));

const number = new Intl.NumberFormat('en').format;
console.log(`${RANGES} ranges for the queue "primes" at ${new URL(connection).host}, which cluster/worker serves`);
console.time('elapsed');
let total = 0;
range(0, RANGES)
  .pipe(counting)
  .subscribe({
    next(count) {
      total += count;
      console.log(`${number(total)} primes so far`);
    },
    error(error: unknown) {
      console.error(String(error));
      process.exitCode = 1;
    },
    complete() {
      console.log(`${number(total)} primes below ${number(RANGES * size)}`);
      console.timeEnd('elapsed');
    },
  });
