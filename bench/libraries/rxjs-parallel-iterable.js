/** This package, pulled. */
import { Worker, parallelMapIterable, workerPool } from '../../dist/node/index.js';

export function open({ size }) {
  const pool = workerPool(
    () => new Worker(new URL('../workers/rxjs-parallel.js', import.meta.url), { type: 'module' }),
    size,
  );
  return {
    iterable: ({ task }, source) => parallelMapIterable(source, (worker, n) => worker[task](n), pool),
    close: () => pool.close(),
  };
}
