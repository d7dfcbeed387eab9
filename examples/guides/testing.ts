// The code of docs/guides/testing.md.
import assert from 'node:assert/strict';
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { localPool, parallelMap, type WorkerPool } from 'rxjs-parallel';
import type { PrimesApi } from './primes.worker.ts';

// #region subject
/** The code under test. */
function primesBelow(limits: Observable<number>, pool: WorkerPool<PrimesApi>): Observable<number> {
  return limits.pipe(parallelMap((worker, below) => worker.countPrimes(below), pool));
}
// #endregion

// #region local
const pool = localPool({ countPrimes: (below: number) => below / 2 });
const counts = await lastValueFrom(primesBelow(from([10, 20]), pool).pipe(toArray()));
assert.deepEqual(counts, [5, 10]);
// #endregion

// #region marbles
const scheduler = new TestScheduler((actual, expected) => assert.deepEqual(actual, expected));
scheduler.run(({ cold, expectObservable }) => {
  const limits = cold<number>('--#'); // an error of the source ends the stream at once
  expectObservable(primesBelow(limits, pool)).toBe('--#');
});
// #endregion
await pool.close();
console.log('ok');
