/** Workers that a threads.js `Pool` lends: scheduled by our engine, given back when there is nothing for them. */
import { PoolClosedError, WorkerInitError } from '../errors.ts';
import type { ThreadsPool } from '../pool.ts';
import { Guard, isWorker } from './guard.ts';
import { Lanes } from './lanes.ts';
import { type Link, type Opening, linkTo } from './link.ts';
import { Thread } from './threads.ts';

/** Milliseconds that a thread is kept with nothing to do; then others of the Pool have their turn. */
const KEPT_IDLE = 20;

/** What a threads.js Pool is, beyond what its users are told. */
interface OpenPool extends ThreadsPool<object> {
  readonly workers: { readonly init: Promise<unknown> }[];
  events(): {
    subscribe(observer: {
      next?(event: { type: string }): void;
      error?(error: unknown): void;
      complete?(): void;
    }): unknown;
  };
}

export function isThreadsPool(value: object): value is OpenPool {
  const pool = value as Partial<OpenPool>;
  return typeof pool.queue === 'function' && typeof pool.events === 'function' && Array.isArray(pool.workers);
}

const known = new WeakMap<object, Lanes>();

/** The lanes over a threads.js Pool: one set, however many streams name it. */
export function leased(pool: OpenPool): Lanes {
  const lanes =
    known.get(pool) ?? new Lanes(supplyOf(pool), { size: Math.max(1, pool.workers.length), idleTimeout: KEPT_IDLE });
  if (!known.has(pool)) {
    known.set(pool, lanes);
    const closed = (): void => void lanes.close(false);
    // A Pool whose workers fail to start says so by an error of its events; what it still has goes on.
    pool.events().subscribe({ complete: closed, error() {} });
  }
  return lanes;
}

function supplyOf(pool: OpenPool): { open(): Opening } {
  // One asked for at a time: the others of the Pool stand in the same queue.
  let asked: Promise<unknown> = Promise.resolve();
  return {
    open() {
      let wanted = true;
      const ready = asked.then(() => {
        if (!wanted) throw new PoolClosedError('no longer wanted');
        return lease(pool, () => wanted);
      });
      asked = ready.catch(() => {});
      return {
        ready,
        hold() {},
        end() {
          wanted = false;
          return Promise.resolve();
        },
      };
    },
  };
}

/** Queues a task that hands its thread over and holds it until the link is ended. */
function lease(pool: OpenPool, wanted: () => boolean): Promise<Link> {
  if (pool.workers.length === 0)
    return Promise.reject(new WorkerInitError('The threads.js Pool has no thread left: those it had have died'));
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void =>
      reject(new WorkerInitError(`The threads.js Pool lends no thread: ${String(cause)}`, { cause }));
    try {
      const queued = pool.queue((thread) => {
        if (!wanted()) return reject(new PoolClosedError('no longer wanted'));
        return new Promise<void>((giveBack) => {
          const worker = workerOf(thread);
          if (!isWorker(worker)) {
            giveBack();
            return refuse(new TypeError('it gave something that is no thread made by spawn()'));
          }
          resolve(linkLeased(pool, thread, new Guard(worker), giveBack));
        });
      });
      queued.then(undefined, refuse);
    } catch (cause) {
      refuse(cause);
    }
  });
}

function linkLeased(pool: OpenPool, thread: object, guard: Guard, giveBack: () => void): Link {
  const kill = async (): Promise<void> => {
    // A dead thread in the Pool would be handed to others, and hang the Pool's own terminate().
    for (const slot of [...pool.workers])
      if ((await slot.init.catch(() => undefined)) === thread) pool.workers.splice(pool.workers.indexOf(slot), 1);
    await Thread.terminate(thread as never);
    giveBack();
  };
  return {
    ...linkTo(guard, thread as never),
    // threads.js listens to the worker itself: what is not ours has reached it already.
    deliver() {},
    end() {
      guard.release();
      giveBack();
      return Promise.resolve();
    },
    kill,
  };
}

function workerOf(thread: object): unknown {
  const key = Object.getOwnPropertySymbols(thread).find(({ description }) => description === 'thread.worker');
  return key === undefined ? undefined : (thread as Record<symbol, unknown>)[key];
}
