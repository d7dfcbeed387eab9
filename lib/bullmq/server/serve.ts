import { asyncDispose } from '../../publicPool/basicPool.ts';
import { milliseconds, record, show, whole } from '../../api/checks.ts';
import { type WorkerPool } from '../../api/types/pool.ts';
import { type Pool, ENGINE_POOL } from '../../pool/contract.ts';
import { commonOptions } from '../shared/commonOptions.ts';
import type { Connection } from '../shared/connection.ts';
import { Server } from './server.ts';

/** Options of `serve`. */
export interface ServeOptions {
  /** The name of the queue: that of `bullmqPool`. */
  readonly queue: string;
  /** Where Redis is: a URL, options of ioredis, or an ioredis client, of which copies are made. */
  readonly connection: Connection;
  /**
   * Most jobs taken at once: an integer, at least 1. Default: the size of the pool, also after a `resize`. One more, and the next job is there
   * when a thread is free; but it may also wait there while another machine is idle: only for many short tasks.
   */
  readonly concurrency?: number | undefined;
  /** What BullMQ's keys in Redis start with; the same as that of `bullmqPool`. Default: `'bull'`. */
  readonly prefix?: string | undefined;
  /** Most bytes of a task's result, as text: an integer, at least 1. Default: 8 MiB. More is a `CloneError`. */
  readonly maxPayload?: number | undefined;
  /**
   * Milliseconds, at least 100, for which a job is locked: then it is given to another process. The lock is renewed at half
   * that time. Default: 30 000.
   */
  readonly lockDuration?: number | undefined;
  /** Milliseconds, at least 100, between looks for jobs without a lock, and for jobs of producers that are gone. Default: 30 000. */
  readonly stalledInterval?: number | undefined;
  /** How many processes may die of a job before its tasks are tried each alone, and of such a task before it fails: an integer, at least 0. Default: 3. */
  readonly maxStalledCount?: number | undefined;
  /**
   * Called with each error between this process and Redis after which it goes on by itself, and with jobs that it cannot
   * run: at once, then at most once a second. `count`: how many errors of this kind there were.
   */
  readonly onError?: ((error: unknown, count: number) => void) | undefined;
}

/** What `serve` returns. */
export interface Served extends AsyncDisposable {
  /**
   * Resolves when jobs are taken; rejects (`WorkerInitError`) when it is closed before, or where Redis refuses for good:
   * a wrong password, a user without the rights, a Cluster. It is then closed.
   */
  readonly ready: Promise<void>;
  /**
   * Takes no more jobs and finishes those that run; the pool stays open. Idempotent.
   * Where Redis does not record within 5 s that they have ended, another machine runs them again.
   */
  close(): Promise<void>;
}

const NAMES = [
  'queue',
  'connection',
  'concurrency',
  'prefix',
  'maxPayload',
  'lockDuration',
  'stalledInterval',
  'maxStalledCount',
  'onError',
] as const;

/**
 * Runs on `pool` what a `bullmqPool` of the same queue sends, until it is closed: call it in a process on each machine.
 *
 * The pool should be a `workerPool`: its threads compute while this process renews the locks of its jobs. Only the methods
 * that its workers expose can be called, by their names; nothing else that comes from the queue is executed.
 *
 * @param pool made by `workerPool`, or for debugging by `localPool`. It may serve other streams, too.
 * @param options see `ServeOptions`.
 * @throws TypeError, RangeError: an argument is not what it must be.
 *
 * ```ts
 * import { Worker, workerPool } from 'rxjs-parallel';
 * import { serve } from 'rxjs-parallel/bullmq';
 *
 * const pool = workerPool(() => new Worker(new URL('./primes.worker.js', import.meta.url), { type: 'module' }));
 * const server = serve(pool, { queue: 'primes', connection: 'redis://127.0.0.1:6379', onError: (error) => console.error(error) });
 * process.once('SIGTERM', async () => {
 *   await server.close();
 *   await pool.close();
 * });
 * ```
 */
export function serve(pool: WorkerPool<any>, options: ServeOptions): Served {
  const of = (name: string): string => `serve: ${name}`;
  const seen = (typeof pool === 'object' && pool !== null && ENGINE_POOL in pool ? pool[ENGINE_POOL] : undefined) as
    | Pool
    | undefined;
  if (seen === undefined)
    throw new TypeError(`${of('pool')} must be a pool made by workerPool or localPool, got ${show(pool)}`);
  const given = record(of('options'), options, NAMES);
  const { lockDuration = 30_000, stalledInterval = 30_000 } = given;
  const server = new Server(seen, {
    ...commonOptions('serve', given['queue'], given),
    concurrency: given['concurrency'] === undefined ? undefined : whole(of('concurrency'), given['concurrency'], 1),
    lockDuration: milliseconds(of('lockDuration'), lockDuration, 100),
    stalledInterval: milliseconds(of('stalledInterval'), stalledInterval, 100),
    maxStalledCount: whole(of('maxStalledCount'), given['maxStalledCount'], 0, 3),
  });
  return { ready: server.ready, close: () => server.close(), [asyncDispose]: () => server.close() };
}
