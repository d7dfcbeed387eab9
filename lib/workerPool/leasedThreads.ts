/** The leased threads of a threads.js `Pool`: scheduled by our dispatcher, and given back when idle. */
import { inNoContext } from '#platform';
import { PoolClosedError, WorkerInitError } from '../api/errors.ts';
import { text } from '../protocol/thrown.ts';
import { MARK } from '../protocol/messages.ts';
import { isWorker } from './startup/anyWorker.ts';
import { WorkerMonitor } from './startup/workerMonitor.ts';
import { WorkerDispatcher } from './dispatch/workerDispatcher.ts';
import {
  type PendingWorker,
  type WorkerConnection,
  type WorkerFactory,
  connectionTo,
} from './startup/workerConnection.ts';
import type { SpawnedThread } from '../threadsjs/threads.ts';
import { type OpenPool, threadsOf } from '../threadsjs/threadsPool.ts';

/** Milliseconds that an idle thread is kept before other users of the Pool may have it. */
const KEPT_IDLE = 20;

interface Queued extends PromiseLike<unknown> {
  cancel(): void;
}

const known = new WeakMap<object, WorkerDispatcher>();

/** The dispatcher over a threads.js Pool: one, however many streams use that. */
export function leased(pool: OpenPool): WorkerDispatcher {
  const before = known.get(pool);
  if (before !== undefined) return before;
  const slots = new WorkerDispatcher(new Leases(pool), { size: threadsOf(pool), idleTimeout: KEPT_IDLE });
  known.set(pool, slots);
  // The events error where workers of the Pool fail to start; those that it has go on, and a new lease is refused.
  inNoContext(() => pool.events().subscribe({ complete: () => void slots.close(false), error() {} }));
  return slots;
}

class Leases implements WorkerFactory {
  readonly #pool: OpenPool;
  /** The last lease that was requested: one at a time, as other users of the Pool wait in the same queue. */
  #asked: Promise<unknown> = Promise.resolve();
  /** Why no thread can be leased when all have died. */
  #died = 'all that it had have died';
  /** Rejects the lease that waits in the Pool's queue. */
  #refuse: ((cause: unknown) => void) | undefined;

  constructor(pool: OpenPool) {
    this.#pool = pool;
  }

  open(): PendingWorker {
    let wanted = true;
    const ready = this.#asked.then(() => {
      if (wanted) return this.#lease(() => wanted);
      throw new PoolClosedError('The lease is no longer wanted');
    });
    this.#asked = ready.catch(() => {});
    return {
      ready,
      hold() {},
      end() {
        wanted = false;
        return Promise.resolve();
      },
    };
  }

  /** Queues a task at the Pool that hands its thread over and lasts until the connection ends. */
  #lease(wanted: () => boolean): Promise<WorkerConnection> {
    return new Promise((resolve, reject) => {
      let queued: Queued | undefined;
      const refuse = (cause: unknown): void => {
        queued?.cancel();
        reject(new WorkerInitError(`The threads.js Pool lends no thread: ${text(cause)}`, { cause }));
      };
      if (this.#pool.workers.length === 0) return refuse(new Error(this.#died));
      this.#refuse = refuse;
      const accept = (thread: object): unknown => {
        const worker = workerOf(thread);
        if (!wanted()) return reject(new PoolClosedError('The lease is no longer wanted'));
        if (!isWorker(worker)) return refuse(new TypeError('it gave something that spawn() has not made'));
        if (hasEnded(worker))
          return this.#strike(thread).then(() => {
            if (this.#pool.workers.length > 0) resolve(this.#lease(wanted));
          });
        return new Promise<void>((giveBack) => resolve(this.#connection(thread, new WorkerMonitor(worker), giveBack)));
      };
      try {
        queued = this.#pool.queue(accept) as Queued;
        queued.then(undefined, refuse);
      } catch (cause) {
        if (this.#pool.isClosing === true) reject(new PoolClosedError('The threads.js Pool is closed'));
        else refuse(cause);
      }
    });
  }

  #connection(thread: object, monitor: WorkerMonitor, giveBack: () => void): WorkerConnection {
    return {
      ...connectionTo(monitor, ' of a threads.js Pool', MARK in thread ? undefined : (thread as SpawnedThread)),
      // Its Pool decides whether it keeps the process alive.
      hold() {},
      // threads.js listens to the worker itself.
      deliver() {},
      end() {
        monitor.release();
        giveBack();
        return Promise.resolve();
      },
      kill: async () => {
        if (monitor.exit !== undefined) this.#died += `; one ${monitor.exit.why}`;
        await this.#strike(thread);
        await (ofThread(thread, 'terminate') as () => Promise<void>)();
        giveBack();
      },
    };
  }

  /** Removes a dead thread from its Pool, which would lend it again, and hang in `terminate()` because of it. */
  async #strike(thread: object): Promise<void> {
    const { workers } = this.#pool;
    for (const each of [...workers]) {
      if ((await each.init.catch(() => {})) === thread && workers.includes(each))
        workers.splice(workers.indexOf(each), 1);
    }
    if (workers.length === 0) this.#refuse?.(new Error(this.#died));
  }
}

/** Whether the thread died while idle in its Pool, which does not notice. Known only in Node. */
const hasEnded = (worker: object): boolean => 'threadId' in worker && worker.threadId === -1;

const workerOf = (thread: object): unknown => ofThread(thread, 'worker');

/** A property under a symbol of threads.js, found by description: each copy of threads.js has symbols of its own. */
function ofThread(thread: object, name: string): unknown {
  const key = Object.getOwnPropertySymbols(thread).find(({ description }) => description === `thread.${name}`);
  return key === undefined ? undefined : (thread as Record<symbol, unknown>)[key];
}
