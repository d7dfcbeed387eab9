// A threads.js Pool that a program already has, and workers written with plain threads.js, as they are.
import { from } from 'rxjs';
import { parallelMap } from 'rxjs-parallel';
import { Pool, spawn, Worker } from 'threads';
import type { Words } from './threads-pool.worker.ts';

// #region threads
const pool = Pool(() => spawn<Words>(new Worker('./threads-pool.worker.js')), 2);

await from(['parallel', 'map', 'level'])
  .pipe(parallelMap((thread, word) => thread.shout(word), pool))
  .forEach((word) => console.log(word));

await pool.terminate();
// #endregion
