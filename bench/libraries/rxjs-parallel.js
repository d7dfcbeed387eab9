/** This package, as it is built in `dist`. */
import { of } from 'rxjs';
import {
  Transfer,
  Worker,
  parallelConcatMap,
  parallelMap,
  parallelMapUnordered,
  parallelMergeMap,
  workerPool,
} from '../../dist/node/index.js';

/** Buffers in a message, where they travel together. */
const BATCH = 8;

export function open({ size, variant }) {
  const parallel = variant === 'unordered' ? parallelMapUnordered : parallelMap;
  const flat = variant === 'unordered' ? parallelMergeMap : parallelConcatMap;
  const pool = workerPool(
    () => new Worker(new URL('../workers/rxjs-parallel.js', import.meta.url), { type: 'module' }),
    size,
  );
  return {
    pool,
    operator: (
      { task, input, transfer, window },
      // Two messages at each of two workers.
      options = variant === 'batch' ? { window: 4 * BATCH, batch: BATCH } : { window },
    ) => parallel(callIn(task, input, transfer), pool, options),
    call: (task, value) => pool.run((worker) => worker[task](value)),
    bounded: true,
    yields: ({ buffer, task, value }, take) =>
      of(value)
        .pipe(flat((worker, n) => worker[task](n), pool, { buffer }))
        .forEach(take),
    close: () => pool.close(),
  };
}

function callIn(task, input, transfer) {
  if (input === undefined) return (worker, n) => worker[task](n);
  if (transfer === undefined) return (worker, n) => worker[task](input(n));
  return (worker, n) => {
    const value = input(n);
    return worker[task](Transfer(value, transfer(value)));
  };
}
