// The code of docs/guides/many-values.md.
import { from, range, take } from 'rxjs';
import { parallelConcatMap, parallelFlatMapIterable, parallelMergeMap, Worker, workerPool } from 'rxjs-parallel';
import type { RowsApi } from './rows.worker.ts';

const pool = workerPool<RowsApi>(() => new Worker(new URL('./rows.worker.js', import.meta.url), { type: 'module' }), 2);

// #region concat
await from([3, 5])
  .pipe(parallelConcatMap((worker, n) => worker.multiples(n, 15), pool))
  .forEach((multiple) => console.log(multiple)); // 3 6 9 12 15 5 10 15
// #endregion

// #region merge
await range(1, 2)
  .pipe(
    parallelMergeMap((worker) => worker.naturals(), pool), // endless: it pauses when nobody takes its values
    take(4),
  )
  .forEach((n) => console.log(n));
// #endregion

// #region inline
await from(['one two', 'three'])
  .pipe(
    parallelConcatMap(function* (line) {
      for (const word of line.split(' ')) yield word.toUpperCase();
    }, 2),
  )
  .forEach((word) => console.log(word));
// #endregion

// #region pull
for await (const n of parallelFlatMapIterable([3, 5], (worker, of) => worker.multiples(of, 15), pool)) console.log(n);
// #endregion
await pool.close();
