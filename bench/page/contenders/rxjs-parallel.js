/** This package, as it is built in `dist`: a pool of two, made at the click. */
import { range } from 'rxjs';
import { Worker, parallelMap, workerPool } from 'rxjs-parallel';

globalThis.first = () =>
  new Promise((next, error) => {
    const pool = workerPool(
      () => new Worker(new URL('rxjs-parallel.worker.js', import.meta.url), { type: 'module' }),
      2,
    );
    range(1, 8)
      .pipe(parallelMap((worker, n) => worker.double(n), pool))
      .subscribe({ next, error });
  });
