/** Streams whose tasks print three lines each. Run as a process of its own, with the name of one and a path. */
import { lastValueFrom, range, take } from 'rxjs';
import { Worker, type WorkerPool, parallelMap, parallelMapUnordered, workerPool } from '../../lib/index.ts';
import type { Printer } from './printer.worker.ts';

const [, , name, path = ''] = process.argv;
type Options = Exclude<Parameters<typeof workerPool>[1], number>;
const open = (options?: Options): WorkerPool<Printer> =>
  workerPool(() => new Worker(new URL('./printer.worker.js', import.meta.url), { type: 'module' }), {
    size: 2,
    ...options,
  });
const all = range(1, 6);
const printAll = (pool: WorkerPool<Printer>): Promise<number> =>
  lastValueFrom(all.pipe(parallelMap((worker, n) => worker.print(n), pool)));

const programs: Record<string, () => unknown> = {
  inline: () =>
    all
      .pipe(
        parallelMap((n) => {
          for (const part of ['a', 'b', 'c']) console.log(part + n);
          return n;
        }, 2),
      )
      .subscribe(),
  async closed() {
    const pool = open();
    await printAll(pool);
    await pool.close();
  },
  async closedAtOnce() {
    const pool = open();
    await printAll(pool);
    await pool.close({ drain: false });
  },
  /** Nobody closes it: idle, it does not keep the process alive. */
  left: () => printAll(open()),
  async idle() {
    const pool = open({ idleTimeout: 1 });
    await printAll(pool);
  },
  async replaced() {
    const pool = open({ maxTasksPerWorker: 1 });
    await printAll(pool);
    await pool.close();
  },
  error: () =>
    range(1, 1000)
      .pipe(parallelMap((worker, n) => worker.printThenFail(n), open(), { concurrency: 1 }))
      .subscribe({ error() {} }),
  inlineError: () =>
    range(1, 1000)
      .pipe(
        parallelMap((n) => {
          for (const part of ['a', 'b', 'c']) console.log(part + n);
          if (n === 6) throw new Error('the last');
          return n;
        }, 1),
      )
      .subscribe({ error() {} }),
  /** The worker is in a loop when the stream ends. */
  unsubscribed: () =>
    range(1, 10)
      .pipe(
        parallelMapUnordered(
          (n) => {
            if (n > 6) for (;;);
            for (const part of ['a', 'b', 'c']) console.log(part + n);
            return n;
          },
          1,
          { batch: 1 },
        ),
        take(6),
      )
      .subscribe(),
  async timedOut() {
    const pool = open();
    const timed = range(1, 7).pipe(
      parallelMap((worker, n) => worker.printThenHang(n), pool, { timeout: 200, onError: 'skip', concurrency: 1 }),
    );
    await lastValueFrom(timed);
    await pool.close();
  },
  async written() {
    const pool = open();
    await lastValueFrom(all.pipe(parallelMap((worker, n) => worker.write(n), pool)));
    await pool.close();
  },
  async complained() {
    const pool = open();
    await lastValueFrom(all.pipe(parallelMap((worker, n) => worker.complain(n), pool)));
    await pool.close();
  },
  async filed() {
    const pool = open();
    await lastValueFrom(all.pipe(parallelMap((worker, n) => worker.file(path, n), pool)));
    await pool.close();
  },
};

await programs[name!]!();
