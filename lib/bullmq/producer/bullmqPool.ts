import { type CarryOptions, carrying } from '../../publicPool/carrying.ts';
import { publicPool } from '../../publicPool/publicPool.ts';
import { milliseconds, record, whole } from '../../api/checks.ts';
import type { WorkerPool } from '../../api/types/pool.ts';
import { JobDispatcher } from './jobDispatcher.ts';
import { commonOptions } from '../shared/commonOptions.ts';
import type { Connection } from '../shared/connection.ts';

/** Options of `bullmqPool`. */
export interface BullmqPoolOptions extends CarryOptions {
  /** Where Redis is: a URL, options of ioredis, or an ioredis client, of which copies are made. */
  readonly connection: Connection;
  /**
   * Most jobs in Redis at once, each of one task or of several short ones: an integer, at least 1. Default: 64.
   * Some two for each worker of all the machines together keep them busy.
   */
  readonly size?: number | undefined;
  /** What BullMQ's keys in Redis start with; the same as that of `serve`. Default: `'bull'`. */
  readonly prefix?: string | undefined;
  /** Most bytes of a task's arguments, as text: an integer, at least 1. Default: 8 MiB. More is a `CloneError`. */
  readonly maxPayload?: number | undefined;
  /**
   * Milliseconds in which Redis has to answer the first time, at least 1; then `WorkerInitError`. Default: 10 000.
   * Once it has answered it is waited for, however long it is gone.
   */
  readonly initTimeout?: number | undefined;
  /**
   * Milliseconds for which Redis may refuse what passes by itself (out of memory, cannot save, a replica after a
   * failover, too few replicas), at least 0; then `WorkerInitError`. Default: 60 000. Meanwhile the streams wait.
   */
  readonly refusalTimeout?: number | undefined;
  /** Milliseconds between looks at all jobs that are out, at least 10: messages of machines may be missed. Default: 5 000. */
  readonly checkInterval?: number | undefined;
  /**
   * Milliseconds, at least 100, after which this process counts as gone if its heartbeat is not renewed: machines then
   * remove its jobs. Default: 60 000.
   */
  readonly expireAfter?: number | undefined;
  /**
   * Called with each error between this process and Redis after which it goes on by itself: at once, then at most once a
   * second. `count`: how many errors of this kind there were.
   */
  readonly onError?: ((error: unknown, count: number) => void) | undefined;
}

const NAMES = [
  'connection',
  'size',
  'prefix',
  'maxPayload',
  'initTimeout',
  'refusalTimeout',
  'checkInterval',
  'expireAfter',
  'onError',
  'carry',
] as const;

/**
 * A pool whose workers are on other machines: calls go through a BullMQ queue in Redis to whoever calls `serve` on it.
 *
 * It is used like any other pool; the chain does not change. `fn(worker, value)` says which call to make there; an
 * inline function cannot get to another machine. Short tasks go together in one job. A pool that is idle lets a Node
 * process end.
 *
 * **A task may run more than once**, where its machine dies or its connection breaks: it must be idempotent. Each input has
 * one output all the same. While Redis is unreachable, or refuses for now (out of memory, a failover), the streams wait:
 * no result is missing, order is kept, and no task fails for that. A job that somebody removed from the queue, completed or
 * failed is sent again; where that goes on, the stream ends (`WorkerInitError`).
 *
 * Arguments and results are copied, as between threads: numbers with NaN, -0 and infinities, bigints, `undefined`,
 * Date, RegExp, Map, Set, typed arrays, ArrayBuffer, errors, circular and sparse ones. Functions, symbols, URLs,
 * instances of classes of your own and what else cannot be written faithfully are a `CloneError`. Buffers arrive as
 * Uint8Arrays. What is marked by `Transfer` is copied, too.
 *
 * `concurrency` is the most jobs of a stream at once; the tasks of such a job run one after another, while those of a
 * stream without a limit spread over the workers of their machine. `timeout` counts from the start of a task in its
 * worker. `crashRetries` counts workers that died of a task, not machines that died: their jobs run again in any case.
 * `priority`: a stream above 0 goes to the head of the queue, before what other producers have in it; at 0 its jobs have no
 * priority of BullMQ's, and wait in turn; below 0 they have BullMQ's, 1 at -1, 2 at -2 and so on (rounded), and wait for all
 * others. A job that runs is not interrupted for another. `pause` is of this pool alone: it adds no jobs meanwhile, and those
 * that are in the queue run.
 * In `stats()` and `events$` a worker is one of the `size` slots for jobs; a task's times are those of its
 * machine, and its events come when its job is back.
 *
 * @param queue the name of the queue, without a colon.
 * @param options see `BullmqPoolOptions`.
 * @throws TypeError, RangeError: an argument is not what it must be.
 *
 * ```ts
 * import { range } from 'rxjs';
 * import { parallelMap } from 'rxjs-parallel';
 * import { bullmqPool } from 'rxjs-parallel/bullmq';
 * import type { PrimesApi } from './primes.worker.js';
 *
 * const pool = bullmqPool<PrimesApi>('primes', { connection: 'redis://127.0.0.1:6379' });
 * range(1, 8).pipe(parallelMap((primes, n) => primes.count(n), pool)).subscribe(console.log);
 * ```
 */
export function bullmqPool<Api>(queue: string, options: BullmqPoolOptions): WorkerPool<Api> {
  const of = (name: string): string => `bullmqPool: ${name}`;
  const given = record(of('options'), options, NAMES);
  const { checkInterval = 5000, expireAfter = 60_000, initTimeout = 10_000, refusalTimeout = 60_000 } = given;
  return publicPool<Api>(
    new JobDispatcher({
      ...commonOptions('bullmqPool', queue, given),
      size: whole(of('size'), given['size'], 1, 64),
      initTimeout: milliseconds(of('initTimeout'), initTimeout, 1),
      refusalTimeout: milliseconds(of('refusalTimeout'), refusalTimeout, 0),
      checkInterval: milliseconds(of('checkInterval'), checkInterval, 10),
      expireAfter: Math.ceil(milliseconds(of('expireAfter'), expireAfter, 100)),
    }),
    undefined,
    carrying(of('carry'), given['carry']),
  );
}
