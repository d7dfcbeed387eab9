// Counts primes, range by range: one after another, then on 1, 2, … workers, as many as the machine has cores.
//   primes [SIZE]     40 ranges of SIZE numbers each; 50 000 unless given
import { availableParallelism } from 'node:os';
import { type Observable, type OperatorFunction, lastValueFrom, map, range, reduce, tap } from 'rxjs';
import { parallelMapUnordered, Worker, workerPool } from 'rxjs-parallel';
import { showProgress } from './guides/watching.progress.ts';
import { countPrimes } from './primes.count.ts';
import type { PrimesApi } from './primes.worker.ts';

const RANGES = 40;
const cores = availableParallelism();

const given = process.argv[2] ?? '50000';
const size = Number(given);
if (!Number.isInteger(size) || size < 1 || process.argv.length > 3) {
  console.error(`primes: SIZE must be one integer, at least 1, got ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

/** How many ranges have been counted in this turn. */
let counted = 0;

/** Counts with `counting`, and takes the time. */
async function measure(who: string, counting: OperatorFunction<number, number>) {
  const starts: Observable<number> = range(0, RANGES).pipe(map((n) => n * size));
  counted = 0;
  const began = performance.now();
  const primes = await lastValueFrom(
    starts.pipe(
      counting,
      tap(() => counted++),
      reduce((total, count) => total + count),
    ),
  );
  return { who, primes, seconds: (performance.now() - began) / 1000 };
}

const sequential = await measure(
  'one after another',
  map((start) => countPrimes(start, start + size)),
);
const runs = [sequential];
for (let workers = 1; workers <= cores; workers++) {
  // #region pool
  const pool = workerPool<PrimesApi>(
    () => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }),
    workers,
  );
  const counting = parallelMapUnordered((worker, start: number) => worker.count(start, start + size), pool);
  // #endregion
  const who = workers === 1 ? '1 worker' : `${workers} workers`;
  const shown = showProgress(
    pool,
    `ranges on ${who}`,
    () => RANGES,
    () => counted,
  );
  runs.push(await measure(who, counting));
  shown();
  await pool.close();
}

const number = new Intl.NumberFormat('en').format;
console.log(
  `${RANGES} ranges of ${number(size)} numbers: ${number(sequential.primes)} primes below ${number(RANGES * size)}`,
);
console.log(`\n${'who counts'.padEnd(18)} seconds  speed-up`);
for (const { who, primes, seconds } of runs) {
  if (primes !== sequential.primes) throw new Error(`${who} counted ${primes} primes instead of ${sequential.primes}`);
  console.log(
    `${who.padEnd(18)} ${seconds.toFixed(2).padStart(7)} ${(sequential.seconds / seconds).toFixed(2).padStart(8)}×`,
  );
}
console.log('\nAll agree. The times of the workers include the time to start them.');
