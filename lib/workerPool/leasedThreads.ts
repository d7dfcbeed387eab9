/** Workers that a threads.js `Pool` lends: scheduled by our dispatcher, given back when there is nothing for them. */
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

/** Milliseconds that a thread is kept with nothing to do; then others of the Pool have their turn. */
const KEPT_IDLE = 20;

interface Queued extends PromiseLike<unknown> {
  cancel(): void;
}

const known = new WeakMap<object, WorkerDispatcher>();

/** The slots over a threads.js Pool: one set, however many streams name it. */
export function leased(pool: OpenPool): WorkerDispatcher {
  const before = known.get(pool);
  if (before !== undefined) return before;
  const slots = new WorkerDispatcher(new Leases(pool), { size: threadsOf(pool), idleTimeout: KEPT_IDLE });
  known.set(pool, slots);
  // A Pool whose workers fail to start errors here; what it still has goes on, and who asks for more is told.
  inNoContext(() => pool.events().subscribe({ complete: () => void slots.close(false), error() {} }));
  return slots;
}

class Leases implements WorkerFactory {
  readonly #pool: OpenPool;
  /** The last that was asked for: one at a time, since others of the Pool stand in the same queue. */
  #asked: Promise<unknown> = Promise.resolve();
  /** Why it lends none where it has none left. */
  #died = 'all that it had have died';
  /** Gives up on what stands in the Pool's queue. */
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

  /** Queues a task that hands its thread over, and that lasts until the connection ends. */
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
      // Whether it keeps the process alive is for its Pool to say.
      hold() {},
      // threads.js listens to the worker itself: what is not ours has reached it already.
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

  /** Takes a dead thread out of its Pool, which would hand it to others, and would hang in `terminate()` for it. */
  async #strike(thread: object): Promise<void> {
    const { workers } = this.#pool;
    for (const each of [...workers]) {
      if ((await each.init.catch(() => {})) === thread && workers.includes(each))
        workers.splice(workers.indexOf(each), 1);
    }
    if (workers.length === 0) this.#refuse?.(new Error(this.#died));
  }
}

/** Whether it died while it was idle in its Pool, which does not look. Only Node says so; a page cannot know. */
const hasEnded = (worker: object): boolean => 'threadId' in worker && worker.threadId === -1;

const workerOf = (thread: object): unknown => ofThread(thread, 'worker');

/** What threads.js keeps under a symbol that it does not export: each copy has its own, and that in our files is another. */
function ofThread(thread: object, name: string): unknown {
  const key = Object.getOwnPropertySymbols(thread).find(({ description }) => description === `thread.${name}`);
  return key === undefined ? undefined : (thread as Record<symbol, unknown>)[key];
}
