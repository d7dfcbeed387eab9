/** Brings one worker up: built, guarded, and spoken to in batches, or through threads.js where it knows nothing of us. */
import { lasting, marked } from '#platform';
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import { WorkerInitError } from '../../api/errors.ts';
import { show } from '../../api/options.ts';
import { type Thrown, text } from '../../protocol/thrown.ts';
import { CELL, SLOTS } from '../../protocol/batchCell.ts';
import { LOCK, type LockMessage, MARK, INIT, type InitMessage, UNCAUGHT } from '../../protocol/messages.ts';
import { type AnyWorker, ThreadsEndpoint, WorkerMonitor, type WorkerExit, isWorker } from './workerMonitor.ts';
import type { Label } from './workerLabel.ts';
import { unstarted } from '../channel/lostTasks.ts';
import { EXPOSES, withOutlook } from './startFailure.ts';
import { plainError } from '../../threadsjs/plainError.ts';
import type * as threadsModule from '../../threadsjs/threads.ts';

/** A worker that is up. */
export interface WorkerConnection {
  readonly monitor: WorkerMonitor;
  /** Which worker it is, after "The worker" in its errors. */
  readonly label: string;
  /** threads.js's thread, which calls a plain worker task by task; undefined where `expose` is ours, which takes batches. */
  readonly plain: Thread | undefined;
  /** Shared with the worker, where memory can be. */
  readonly cells: Int32Array | undefined;
  /** Whether the worker keeps the Node process alive. */
  hold(alive: boolean): void;
  /** A message that is not ours is threads.js's. */
  deliver(data: unknown): void;
  /** Ends the worker, or gives it back to where it came from; resolves when that is done. */
  end(): Promise<void>;
  /** Ends the worker, whatever it does. */
  kill(): Promise<void>;
}

/** A worker that is coming up. */
export interface PendingWorker {
  /** Rejects with `WorkerInitError`. */
  readonly ready: Promise<WorkerConnection>;
  /** Whether the wait for it keeps the Node process alive. */
  hold(alive: boolean): void;
  /** Gives up on it. */
  end(): Promise<void>;
}

/** Where a pool's workers come from. */
export interface WorkerFactory {
  open(): PendingWorker;
}

type Threads = typeof threadsModule;
type Thread = threadsModule.SpawnedThread;

/** Loads threads.js, once: the workers of our `expose` are spoken to without it. */
export async function threads(): Promise<Threads> {
  try {
    return await import('../../threadsjs/threads.ts');
  } catch (cause) {
    throw new WorkerInitError(`threads.js cannot be loaded: ${text(cause)}`, { cause });
  }
}

type Message = { readonly type?: unknown; readonly error?: unknown } | null | undefined;

/** What threads.js tells when a worker has exposed its methods, or a function by itself. */
interface Init {
  readonly exposed: { readonly type?: unknown; readonly methods?: readonly string[] };
}

/** A worker may have messages of its own that are called so. */
function isInit(message: Message): message is Message & Init {
  const { exposed, type } = (message ?? {}) as Partial<Init> & { type?: unknown };
  return type === 'init' && (exposed?.type === 'function' || Array.isArray(exposed?.methods));
}

export interface StartupSettings {
  /** Milliseconds that it has to expose something. */
  readonly initTimeout: number;
  readonly label: Label;
  /** What to look at where a page could not load it. */
  readonly unloaded?: string;
}

/** Starts a worker made by `factory`. */
export function startWorker(factory: () => unknown, { initTimeout, label, unloaded }: StartupSettings): PendingWorker {
  let returned: unknown;
  try {
    returned = marked(factory);
  } catch (cause) {
    return failed(notMade(cause, label()));
  }
  let worker: AnyWorker;
  try {
    worker = newWorker(returned);
  } catch (cause) {
    return failed(withOutlook(notMade(cause, label()), 'refused'));
  }
  const monitor = new WorkerMonitor(worker, unloaded);
  const which = label(worker);
  let timer: Timer | undefined;
  let held = true;
  const ready = new Promise<WorkerConnection>((resolve, reject) => {
    let late = false;
    monitor.onLost = (exit) => {
      const hint = lasting(exit);
      const error = unstarted(exit, `exposed anything${hint ?? ''}`, which);
      // Whoever has been late once would be late each time.
      reject(late || hint !== undefined ? withOutlook(error, 'never') : error);
    };
    timer = setTimeout(() => {
      const why =
        init === undefined
          ? `did not call expose() within ${initTimeout} ms (${EXPOSES} initTimeout sets the limit)`
          : `called expose() and then was not heard of for ${initTimeout} ms (did it call self.close()?)`;
      late = true;
      monitor.lose({ why });
    }, initTimeout);
    let init: readonly [Init] | undefined;
    let complete = false;
    // Without it, a worker that ends itself now would never be missed.
    let awaitsLock = false;
    monitor.onMessage = (data) => {
      const message = data as Message;
      const exit = uncaught(message);
      if (exit !== undefined) return monitor.lose(exit);
      if (message?.type === LOCK) {
        const { name, settled } = message as LockMessage;
        awaitsLock = !settled;
        if (name !== undefined) monitor.watch(name);
      } else if (isInit(message)) init ??= [message];
      else return;
      if (init === undefined || awaitsLock || complete) return;
      complete = true;
      const [first] = init;
      const hold = (alive: boolean): void => (alive ? monitor.hold(true) : monitor.letGo());
      const end = (): Promise<void> => monitor.end();
      if (first.exposed.methods?.includes(MARK) === true)
        return resolve({
          ...connectionTo(monitor, which, undefined),
          hold,
          deliver() {},
          end: () => monitor.leave(),
          kill: end,
        });
      spawnPlain(monitor, which, first).then(
        // It may have been lost meanwhile: then that has been told.
        (connection) => resolve({ ...connection, hold }),
        (error: unknown) => {
          reject(error);
          void end();
        },
      );
    };
  });
  const settled = (): void => clearTimeout(timer);
  ready.then(settled, settled);
  return {
    ready,
    hold(alive) {
      if (alive === held || monitor.lost) return;
      held = alive;
      monitor.hold(alive);
      if (alive) (timer as { ref?(): void }).ref?.();
      else (timer as { unref?(): void }).unref?.();
    },
    end() {
      monitor.lose({ why: 'was ended' });
      return monitor.end();
    },
  };
}

/** The same, once `prepared` has come true. */
export function startAfter(prepared: Promise<unknown>, open: () => PendingWorker, label: Label): PendingWorker {
  let pending: PendingWorker | undefined;
  let wanted = true;
  const begin = (): Promise<WorkerConnection> => {
    if (!wanted) throw notMade(new Error('it is no longer wanted'), label());
    pending = open();
    return pending.ready;
  };
  return {
    ready: prepared.then(begin, (cause: unknown) => {
      throw notMade(cause, label());
    }),
    // Only pages have to prepare anything, and nothing holds those.
    hold() {},
    end() {
      wanted = false;
      return pending?.end() ?? Promise.resolve();
    },
  };
}

const known = new WeakSet<object>();

/** What a factory returned, if that is a worker nobody has had before. */
function newWorker(returned: unknown): AnyWorker {
  const expected = "The pool's factory must return a new Worker";
  if (returned instanceof Promise) {
    // Nobody else hears of its rejection, or ends the worker it resolves to.
    const end = (worker: unknown): unknown => isWorker(worker) && worker.terminate();
    returned.then(end).catch(() => {});
  }
  if (!isWorker(returned)) throw new TypeError(`${expected}, it returned ${show(returned)}`);
  if (known.has(returned)) throw new TypeError(`${expected} each time, it returned one that it had returned before`);
  known.add(returned);
  return returned;
}

/** Through threads.js, for a worker that knows nothing of us. */
async function spawnPlain(monitor: WorkerMonitor, label: string, init: Init): Promise<Omit<WorkerConnection, 'hold'>> {
  const { spawn, terminate } = await threads();
  const facade = new ThreadsEndpoint(monitor);
  // threads.js waits for this message: it has come already, so its own timer never runs out and never lingers.
  const spawned = spawn(facade, { timeout: 2 ** 31 - 1 });
  facade.deliver(init);
  const thread = await spawned;
  const end = (): Promise<void> => terminate(thread);
  return { ...connectionTo(monitor, label, thread), deliver: (data) => facade.deliver(data), end, kill: end };
}

/** What is the same of every link; `plain` where the worker takes no batches. */
export function connectionTo(
  monitor: WorkerMonitor,
  label: string,
  plain: Thread | undefined,
): Pick<WorkerConnection, 'monitor' | 'label' | 'plain' | 'cells'> {
  const shared = plain === undefined && typeof SharedArrayBuffer === 'function';
  const cells = shared ? new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS)) : undefined;
  if (plain === undefined) monitor.post({ type: INIT, cells } satisfies InitMessage);
  return { monitor, label, plain, cells };
}

/**
 * The loss that a message tells of: an error that nobody caught in the worker, as we report it, or threads.js in one that is
 * not known to be `ours`. In ours it reports those, too, that the program deals with.
 */
export function uncaught(message: Message, ours: boolean = false): WorkerExit | undefined {
  if (message?.type !== UNCAUGHT && (ours || message?.type !== 'uncaughtError')) return undefined;
  const cause = message.type === UNCAUGHT ? remoteError(message.error as Thrown) : plainError(message.error);
  return { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
}

const notMade = (cause: unknown, label: string): WorkerInitError =>
  new WorkerInitError(`A worker${label} could not be made: ${text(cause)}`, { cause });

function failed(cause: WorkerInitError): PendingWorker {
  const ready = Promise.reject<WorkerConnection>(cause);
  ready.catch(() => {});
  return { ready, hold() {}, end: () => Promise.resolve() };
}
