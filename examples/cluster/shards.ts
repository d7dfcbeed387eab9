// cluster/producer over several Redis servers: each has machines of its own that run cluster/worker.
//   shards URL…     where they are
import { groupBy, mergeMap, range, reduce } from 'rxjs';
import { parallelMap } from 'rxjs-parallel';
import { bullmqPool } from 'rxjs-parallel/bullmq';
import type { PrimesApi } from '../primes.worker.ts';

const RANGES = 40;
const SIZE = 40_000;
const urls = process.argv.slice(2);
if (urls.length === 0) {
  console.error('shards: which Redis servers? usage: shards URL…');
  process.exit(1);
}

// #region shards
const pools = urls.map((connection) => bullmqPool<PrimesApi>('primes', { connection }));

range(0, RANGES)
  .pipe(
    groupBy((n) => n % pools.length), // or by a hash of what a value is about
    mergeMap((values) =>
      values.pipe(parallelMap((primes, n) => primes.count(n * SIZE, (n + 1) * SIZE), pools[values.key]!)),
    ),
    reduce((total, count) => total + count),
  )
  .subscribe((total) => console.log(`${total} primes below ${RANGES * SIZE}`));
// #endregion
