// The code of docs/guides/cancelling.md.
import { from, of, Subject, switchMap, take, timer } from 'rxjs';
import { parallelMap, parallelMapUnordered, TaskTimeoutError, Worker, workerPool } from 'rxjs-parallel';
import type { SearchApi } from './search.worker.ts';

const pool = workerPool<SearchApi>(
  () => new Worker(new URL('./search.worker.js', import.meta.url), { type: 'module' }),
  2,
);

// #region unsubscribe
const subscription = of('no such digits')
  .pipe(parallelMap((worker, digits) => worker.find(digits, 0), pool))
  .subscribe();
timer(50).subscribe(() => subscription.unsubscribe()); // waiting tasks are dropped, the running one's signal aborts
// #endregion

// #region first
await from(['123', '999', '777'])
  .pipe(
    parallelMapUnordered((worker, digits) => worker.find(digits, 1), pool),
    take(1), // the others are cancelled
  )
  .forEach((n) => console.log(n));
// #endregion

const typed = new Subject<string>();
// #region switch
const found = typed.pipe(switchMap((digits) => of(digits).pipe(pool.map((worker, text) => worker.find(text, 1)))));
// #endregion
const answer = found.pipe(take(1)).forEach((n) => console.log(n));
typed.next('no such digits'); // superseded
typed.next('4321');
await answer;

// #region signal
const controller = new AbortController();
setTimeout(() => controller.abort(new Error('the user has gone')), 50);
await pool
  .run((worker) => worker.find('no such digits', 0), { signal: controller.signal })
  .catch((error: unknown) => console.log(String(error)));
// #endregion

// #region deadline
await pool
  .run((worker) => worker.find('no such digits', 0), { deadline: 100 }) // includes waiting for a worker
  .catch((error: unknown) => console.log(error instanceof TaskTimeoutError, String(error)));
// #endregion
await pool.close();
