/** A process that runs one stream over a queue, and says when it has a result. Started by a spec, which may kill it. */
import { range } from 'rxjs';
import { parallelMap } from 'rxjs-parallel';
import { type BullmqPoolOptions, bullmqPool } from 'rxjs-parallel/bullmq';
import type { Deeds } from './deeds.ts';

const { queue, options, method, count } = JSON.parse(process.argv[2]!) as {
  queue: string;
  options: BullmqPoolOptions;
  method: 'twice' | 'untilTold';
  count: number;
};
const pool = bullmqPool<Deeds>(queue, options);
range(0, count)
  .pipe(parallelMap((worker, n) => worker[method](n), pool, { batch: 1 }))
  .subscribe({ next: (value) => process.send?.(value), complete: () => process.disconnect?.() });
