/** This package, pulled. */
import { Worker, parallelFlatMapIterable, parallelMapIterable, workerPool } from '../../dist/node/index.js';

export function open({ size }) {
  const pool = workerPool(
    () => new Worker(new URL('../workers/rxjs-parallel.js', import.meta.url), { type: 'module' }),
    size,
  );
  return {
    iterable: ({ task }, source) => parallelMapIterable(source, (worker, n) => worker[task](n), pool),
    bounded: true,
    async yields({ buffer, task, value }, take) {
      const values = parallelFlatMapIterable([value], (worker, n) => worker[task](n), pool, { buffer });
      for await (const each of values) take(each);
    },
    close: () => pool.close(),
  };
}
