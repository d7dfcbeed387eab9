// The code of docs/guides/worker-modules.md.
import { from } from 'rxjs';
// #region imports
import { parallelMap, Worker, workerPool } from 'rxjs-parallel';
import type { WordsApi } from './words.worker.ts';
// #endregion

const allWords = ['able', 'cable', 'dog'];
// #region pool
const pool = workerPool<WordsApi>(() => new Worker(new URL('./words.worker.js', import.meta.url), { type: 'module' }), {
  size: 2,
  data: allWords,
});
await pool.warmUp(); // resolves when the workers are up, before anybody waits for them
// #endregion

// #region each
await pool.each((worker) => worker.add('table'), { keep: true });
// #endregion

// #region use
await from(['ab', 'dog'])
  .pipe(parallelMap((worker, part) => worker.find(part), pool))
  .forEach((found) => console.log(found));
// #endregion
await pool.close();
