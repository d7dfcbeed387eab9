/** Brings one worker up: built, guarded, and spoken to in batches, or through threads.js where it knows nothing of us. */
import { lasting, marked } from '#platform';
import { type Timer, clearTimeout, setTimeout } from '../core/clock.ts';
import { remoteError } from '../core/remoteError.ts';
import { WorkerInitError } from '../errors.ts';
import { show } from '../options.ts';
import { type Thrown, text } from '../thrown.ts';
import { CELL, LOCK, type LockMessage, MARK, OPEN, type OpenMessage, SLOTS, UNCAUGHT } from '../wire.ts';
import { type AnyWorker, Facade, Guard, type Loss, isWorker } from './guard.ts';
import type { Label } from './label.ts';
import { unstarted } from './losses.ts';
import { EXPOSES, withOutlook } from './outlook.ts';
import { plainError } from './plainError.ts';
import type * as threadsModule from './threads.ts';

/** A worker that is up. */
export interface Link {
  readonly guard: Guard;
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
export interface Opening {
  /** Rejects with `WorkerInitError`. */
  readonly ready: Promise<Link>;
  /** Whether the wait for it keeps the Node process alive. */
  hold(alive: boolean): void;
  /** Gives up on it. */
  end(): Promise<void>;
}

/** Where a pool's workers come from. */
export interface Supply {
  open(): Opening;
}

type Threads = typeof threadsModule;
type Thread = threadsModule.SpawnedThread;

/** Loads threads.js, once: the workers of our `expose` are spoken to without it. */
export async function threads(): Promise<Threads> {
  try {
    return await import('./threads.ts');
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

export interface OpeningSettings {
  /** Milliseconds that it has to expose something. */
  readonly initTimeout: number;
  readonly label: Label;
  /** What to look at where a page could not load it. */
  readonly unloaded?: string;
}

/** Starts a worker made by `factory`. */
export function openWorker(factory: () => unknown, { initTimeout, label, unloaded }: OpeningSettings): Opening {
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
  const guard = new Guard(worker, unloaded);
  const which = label(worker);
  let timer: Timer | undefined;
  let held = true;
  const ready = new Promise<Link>((resolve, reject) => {
    let late = false;
    guard.onLost = (loss) => {
      const hint = lasting(loss);
      const error = unstarted(loss, `exposed anything${hint ?? ''}`, which);
      // Whoever has been late once would be late each time.
      reject(late || hint !== undefined ? withOutlook(error, 'never') : error);
    };
    timer = setTimeout(() => {
      const why =
        init === undefined
          ? `did not call expose() within ${initTimeout} ms (${EXPOSES} initTimeout sets the limit)`
          : `called expose() and then was not heard of for ${initTimeout} ms (did it call self.close()?)`;
      late = true;
      guard.lose({ why });
    }, initTimeout);
    let init: readonly [Init] | undefined;
    let complete = false;
    // Without it, a worker that ends itself now would never be missed.
    let awaitsLock = false;
    guard.onMessage = (data) => {
      const message = data as Message;
      const loss = uncaught(message);
      if (loss !== undefined) return guard.lose(loss);
      if (message?.type === LOCK) {
        const { name, settled } = message as LockMessage;
        awaitsLock = !settled;
        if (name !== undefined) guard.watch(name);
      } else if (isInit(message)) init ??= [message];
      else return;
      if (init === undefined || awaitsLock || complete) return;
      complete = true;
      const [first] = init;
      const hold = (alive: boolean): void => (alive ? guard.hold(true) : guard.letGo());
      const end = (): Promise<void> => guard.end();
      if (first.exposed.methods?.includes(MARK) === true)
        return resolve({
          ...linkTo(guard, which, undefined),
          hold,
          deliver() {},
          end: () => guard.leave(),
          kill: end,
        });
      spawnPlain(guard, which, first).then(
        // It may have been lost meanwhile: then that has been told.
        (link) => resolve({ ...link, hold }),
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
      if (alive === held || guard.lost) return;
      held = alive;
      guard.hold(alive);
      if (alive) (timer as { ref?(): void }).ref?.();
      else (timer as { unref?(): void }).unref?.();
    },
    end() {
      guard.lose({ why: 'was ended' });
      return guard.end();
    },
  };
}

/** The same, once `prepared` has come true. */
export function openAfter(prepared: Promise<unknown>, open: () => Opening, label: Label): Opening {
  let opening: Opening | undefined;
  let wanted = true;
  const begin = (): Promise<Link> => {
    if (!wanted) throw notMade(new Error('it is no longer wanted'), label());
    opening = open();
    return opening.ready;
  };
  return {
    ready: prepared.then(begin, (cause: unknown) => {
      throw notMade(cause, label());
    }),
    // Only pages have to prepare anything, and nothing holds those.
    hold() {},
    end() {
      wanted = false;
      return opening?.end() ?? Promise.resolve();
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
async function spawnPlain(guard: Guard, label: string, init: Init): Promise<Omit<Link, 'hold'>> {
  const { spawn, terminate } = await threads();
  const facade = new Facade(guard);
  // threads.js waits for this message: it has come already, so its own timer never runs out and never lingers.
  const spawned = spawn(facade, { timeout: 2 ** 31 - 1 });
  facade.deliver(init);
  const thread = await spawned;
  const end = (): Promise<void> => terminate(thread);
  return { ...linkTo(guard, label, thread), deliver: (data) => facade.deliver(data), end, kill: end };
}

/** What is the same of every link; `plain` where the worker takes no batches. */
export function linkTo(
  guard: Guard,
  label: string,
  plain: Thread | undefined,
): Pick<Link, 'guard' | 'label' | 'plain' | 'cells'> {
  const shared = plain === undefined && typeof SharedArrayBuffer === 'function';
  const cells = shared ? new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS)) : undefined;
  if (plain === undefined) guard.post({ type: OPEN, cells } satisfies OpenMessage);
  return { guard, label, plain, cells };
}

/**
 * The loss that a message tells of: an error that nobody caught in the worker, as we report it, or threads.js in one that is
 * not known to be `ours`. In ours it reports those, too, that the program deals with.
 */
export function uncaught(message: Message, ours: boolean = false): Loss | undefined {
  if (message?.type !== UNCAUGHT && (ours || message?.type !== 'uncaughtError')) return undefined;
  const cause = message.type === UNCAUGHT ? remoteError(message.error as Thrown) : plainError(message.error);
  return { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
}

const notMade = (cause: unknown, label: string): WorkerInitError =>
  new WorkerInitError(`A worker${label} could not be made: ${text(cause)}`, { cause });

function failed(cause: WorkerInitError): Opening {
  const ready = Promise.reject<Link>(cause);
  ready.catch(() => {});
  return { ready, hold() {}, end: () => Promise.resolve() };
}
