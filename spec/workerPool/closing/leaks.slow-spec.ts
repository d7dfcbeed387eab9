import { EventEmitter, getEventListeners, once } from 'node:events';
import { NEVER, concat, firstValueFrom, lastValueFrom, of, range } from 'rxjs';
import {
  Worker,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  workerPool,
} from '../../../lib/index.ts';
import type { WorkerPool } from '../../../lib/index.ts';
import { Pool, spawn } from 'threads';
import type { LeaksApi } from '../../fixtures/leaks.worker.ts';
import { Living, listeners } from '../../support/living.ts';
import { References } from '../../support/references.ts';

type AnyWorker = NodeJS.EventEmitter;

const open = (): InstanceType<typeof Worker> =>
  new Worker(new URL('../../fixtures/leaks.worker.js', import.meta.url), { type: 'module' });

/** A pool of one worker: what is asked of it last comes back when all before it has ended. */
interface OpenPool {
  readonly pool: WorkerPool<LeaksApi>;
  readonly workers: readonly AnyWorker[];
  /** Resolves when the pool holds no worker that it could give back. */
  idle(): Promise<unknown>;
  close(): Promise<unknown>;
}

const pools: Record<string, () => OpenPool> = {
  workerPool() {
    const workers: AnyWorker[] = [];
    const make = (): unknown => {
      const worker = open();
      workers.push(worker as never);
      return worker;
    };
    const pool = workerPool<LeaksApi>(make, 1);
    return { pool, workers, idle: () => Promise.resolve(), close: () => pool.close() };
  },
  'a threads.js Pool'() {
    const workers: AnyWorker[] = [];
    const pool = Pool(async () => {
      const worker = open();
      workers.push(worker as never);
      return spawn(worker as never);
    }, 1);
    // Our loan of its thread is one of its tasks.
    return { pool: pool as never, workers, idle: () => pool.completed(), close: () => pool.terminate() };
  },
  localPool() {
    const never: LeaksApi['never'] = () => new Promise(() => {});
    const fail = (): never => {
      throw new RangeError('as it should');
    };
    const pool = localPool({ echo: (value: unknown) => value, fail, never });
    return { pool: pool as never, workers: [], idle: () => Promise.resolve(), close: () => pool.close() };
  },
};

/** One subscription from its begin to its end. */
type Cycle = (pool: WorkerPool<LeaksApi>, input: object, signal: AbortSignal) => unknown;

const cycles: Record<string, Cycle> = {
  'unsubscribed at once': (pool, input, signal) =>
    concat(of(input, 2, 3), NEVER)
      .pipe(parallelMap((worker, value) => worker.echo(value), pool, { signal }))
      .subscribe()
      .unsubscribe(),
  'unsubscribed before it has a value': (pool, _input, signal) =>
    NEVER.pipe(parallelMapUnordered((worker, value) => worker.echo(value), pool, { signal }))
      .subscribe()
      .unsubscribe(),
  'unsubscribed with its first result': (pool, input, signal) =>
    firstValueFrom(
      concat(of(input), range(0, 20)).pipe(
        parallelMapUnordered((worker, value) => worker.echo(value), pool, { signal, window: 5 }),
      ),
    ),
  aborted(pool, input) {
    const controller = new AbortController();
    const options = { signal: controller.signal, timeout: 60_000 };
    const results = concat(of(input), NEVER).pipe(parallelMap((worker, value) => worker.echo(value), pool, options));
    results.subscribe({ error: () => {} });
    controller.abort();
  },
  complete: (pool, input, signal) =>
    lastValueFrom(
      of(input, 2).pipe(parallelMap((worker, value) => worker.echo(value), pool, { signal, timeout: 60_000 })),
    ),
  'failed with a task': (pool, input, signal) =>
    lastValueFrom(of(input, 2).pipe(parallelMap((worker) => worker.fail(), pool, { signal }))).catch(() => {}),
  async iterated(pool, input, signal) {
    const results = parallelMapIterable([input, 2, 3], (worker, value) => worker.echo(value), pool, { signal });
    await results.next();
    await results.return?.();
  },
};

describe('10 000 subscriptions, ended in every way,', () => {
  for (const [kind, make] of Object.entries(pools))
    it(`leave no listener, timer, handle or worker (${kind})`, async () => {
      using living = new Living();
      const { close, idle, pool, workers } = make();
      const { signal } = new AbortController();
      const inputs = new References();
      const ways = Object.values(cycles);
      const subscribe = async (count: number): Promise<object> => {
        for (let nth = 0; nth < count; nth++) await ways[nth % ways.length]!(pool, inputs.add({ nth }), signal);
        await lastValueFrom(of(0).pipe(parallelMap((worker) => worker.echo(0), pool)));
        await idle();
        return {
          living: await living.more(),
          ofSignal: getEventListeners(signal, 'abort').length,
          ofProcess: listeners(process),
          ofWorkers: workers.map(listeners),
        };
      };
      const before = await subscribe(ways.length);
      expect(await subscribe(10_000)).toEqual(before);
      expect(await inputs.remaining())
        .withContext('inputs that are kept')
        .toBe(0);
      await close();
    }, 60_000);

  it('leave nothing of the pools that they owned', async () => {
    using living = new Living();
    const exits = new EventEmitter();
    const threads = { started: 0, ended: 0 };
    const watch = (worker: AnyWorker): void => {
      threads.started++;
      worker.once('exit', () => exits.emit('exit', ++threads.ended));
    };
    process.on('worker', watch as never);
    const source = concat(of(1), NEVER);
    const used = (): Promise<number> => firstValueFrom(source.pipe(parallelMapUnordered((value) => value + 1, 2)));
    const unheard = (): unknown =>
      source
        .pipe(parallelMap((value) => value, 2))
        .subscribe()
        .unsubscribe();
    const unused = (): unknown =>
      NEVER.pipe(parallelMap((value) => value, 2))
        .subscribe()
        .unsubscribe();
    const subscribe = async (startingWorkers: number, none: number): Promise<object> => {
      for (let nth = 0; nth < startingWorkers; nth++) await used();
      for (let nth = 0; nth < startingWorkers; nth++) unheard();
      for (let nth = 0; nth < none; nth++) unused();
      while (threads.ended < threads.started) await once(exits, 'exit');
      return { living: await living.more(), ofProcess: listeners(process) };
    };
    const before = await subscribe(1, 1);
    expect(await subscribe(10, 10_000)).toEqual(before);
    expect(threads.started).withContext('workers that were started').toBe(22);
    process.off('worker', watch as never);
  }, 60_000);
});
