/** The options of `workerPool`, and the parts of a public pool made of them. */
import { cores } from '#platform';
import { withFactories } from '#withFactories';
import { type CarryOptions, carrying } from '../publicPool/carrying.ts';
import { ownCopy } from '../publicPool/ownCopy.ts';
import { milliseconds, record, show, whole } from '../api/checks.ts';
import type { ClosablePool } from '../pool/contract.ts';
import { PrestartedWorker } from './prestartedWorker.ts';
import type { WorkerPoolSettings } from './dispatch/workerDispatcher.ts';

/** Options of `workerPool`. */
export interface WorkerPoolOptions extends CarryOptions {
  /**
   * Most workers at once: an integer, at least 1, or a function that gives it, called once when the pool is made. Default:
   * as many as the machine has cores; Node 20 does not see the quota of a container.
   */
  readonly size?: number | (() => number) | undefined;
  /** Milliseconds that a worker may take to call `expose`, at least 1. Default: 10 000. */
  readonly initTimeout?: number | undefined;
  /**
   * Milliseconds, at least 0, after which a worker with nothing to do is ended; the next task starts another.
   * Default: workers are kept, and never keep a Node process alive.
   */
  readonly idleTimeout?: number | undefined;
  /** Tasks after which a worker is ended and another started: an integer, at least 1. Default: no limit. */
  readonly maxTasksPerWorker?: number | undefined;
  /**
   * Most calls of `run` and pushed values that may wait for a worker, over all who share the pool: an integer, at least 0,
   * or `Infinity`, the default. Past it a call rejects with `OverflowError`, and a stream does what its `overflow` says.
   * One value or call for each worker that is starting does not count, nor do values that a pulled source still holds.
   */
  readonly maxQueue?: number | undefined;
  /**
   * The argument of each worker's `setup` (`expose(api, { setup })`): copied when the pool is made, and once more into each
   * worker. Default: undefined.
   */
  readonly data?: unknown;
  /** Names the pool in error messages. */
  readonly name?: string | undefined;
}

const NAMES = ['size', 'initTimeout', 'idleTimeout', 'maxTasksPerWorker', 'maxQueue', 'data', 'carry', 'name'] as const;

/** The arguments of a public pool. @throws TypeError, RangeError */
export function openWorkerPool(
  factory: () => unknown,
  options: number | WorkerPoolOptions | undefined,
): [pool: ClosablePool, maxQueue: number, carry: (() => unknown) | undefined] {
  if (typeof factory !== 'function')
    throw new TypeError(`workerPool: factory must be a function that returns a new Worker, got ${show(factory)}`);
  const of = (name: string): string => `workerPool: ${name}`;
  const given = record(of('options (or size)'), typeof options === 'number' ? { size: options } : options, NAMES);
  const { idleTimeout, initTimeout = 10_000, maxTasksPerWorker, name, size } = given;
  if (name !== undefined && typeof name !== 'string')
    throw new TypeError(`${of('name')} must be a string, got ${show(name)}`);
  const deadline = milliseconds(of('initTimeout'), initTimeout, 1);
  const settings: WorkerPoolSettings = {
    size: whole(of('size'), typeof size === 'function' ? (size as () => unknown)() : size, 1, cores),
    idleTimeout: idleTimeout === undefined ? undefined : milliseconds(of('idleTimeout'), idleTimeout, 0),
    maxTasksPerWorker: whole(of('maxTasksPerWorker'), maxTasksPerWorker, 1, Infinity),
    name,
  };
  const carry = carrying(of('carry'), given['carry']);
  const prestarted = new PrestartedWorker(factory);
  const data = given['data'] === undefined ? undefined : ([ownCopy(of('data'), given['data'])] as const);
  const pool = withFactories(
    ({ modulePool }) => modulePool(prestarted.open, deadline, settings, data),
    settings.size,
    name,
    prestarted,
  );
  const maxQueue = whole(of('maxQueue'), given['maxQueue'], 0, Infinity, true);
  return [pool, maxQueue, carry];
}
