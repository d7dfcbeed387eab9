/**
 * A process that runs one stream over a queue, says when it has a result, and closes its pool at last. Started by a
 * spec, which may kill it.
 */
import { range } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';
import { type BullmqPoolOptions, bullmqPool } from '../../lib/bullmq/index.ts';
import type { Deeds } from './deeds.ts';

const { queue, options, method, count, closes } = JSON.parse(process.argv[2]!) as {
  queue: string;
  options: BullmqPoolOptions;
  method: 'twice' | 'untilTold';
  count: number;
  closes: boolean;
};
const pool = bullmqPool<Deeds>(queue, options);
await range(0, count)
  .pipe(parallelMap((worker, n) => worker[method](n), pool, { batch: 1 }))
  .forEach((value) => process.send?.(value));
if (closes) {
  process.channel?.unref();
  await pool.close();
  process.send?.('closed');
}
process.disconnect?.();
