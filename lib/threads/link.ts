/** Brings one worker up: built, guarded, and spoken to through threads.js. */
import { remoteError } from '../core/remoteError.ts';
import { WorkerInitError } from '../errors.ts';
import { show } from '../options.ts';
import { CELL, MARK, OPEN, type OpenMessage, SLOTS, type Thrown, UNCAUGHT, text } from '../wire.ts';
import { type AnyWorker, Facade, Guard, type Loss, isWorker } from './guard.ts';
import { unstarted } from './losses.ts';
import { plainError } from './plainError.ts';
import { type SpawnedThread, Thread, spawn } from './threads.ts';

/** A worker that is up. */
export interface Link {
  readonly guard: Guard;
  /** threads.js's thread: the methods that the worker exposes. */
  readonly thread: SpawnedThread;
  /** Whether its `expose` is ours, which takes batches; a plain threads.js worker is called once a task. */
  readonly batches: boolean;
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

type Message = { readonly type?: unknown; readonly error?: unknown } | null | undefined;

/** Starts a worker made by `factory`, which has `initTimeout` ms to expose something. */
export function openWorker(factory: () => unknown, initTimeout: number): Opening {
  let guard: Guard;
  try {
    guard = new Guard(newWorker(factory()));
  } catch (cause) {
    return failed(cause);
  }
  const facade = new Facade(guard);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = true;
  const ready = new Promise<Link>((resolve, reject) => {
    guard.onLost = (loss) => reject(unstarted(loss, 'exposed anything'));
    timer = setTimeout(() => {
      guard.lose({
        why: `did not call expose() within ${initTimeout} ms (does its module import rxjs-parallel/worker and call expose(api)? initTimeout sets the limit)`,
      });
    }, initTimeout);
    guard.onMessage = (data) => {
      const message = data as Message;
      const loss = uncaught(message);
      if (loss !== undefined) guard.lose(loss);
      if (message?.type !== 'init') return;
      // threads.js waits for this message: it has come already, so its own timer never runs out and never lingers.
      const thread = spawn(facade, { timeout: 2 ** 31 - 1 });
      facade.deliver(data);
      resolve(
        thread.then((up) => ({
          ...linkTo(guard, up),
          hold: (alive: boolean) => guard.hold(alive),
          deliver: (later: unknown) => facade.deliver(later),
        })),
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

/** Speaks to a worker whose thread is up. */
export function linkTo(guard: Guard, thread: Link['thread']): Omit<Link, 'deliver' | 'hold'> {
  const batches = MARK in thread;
  const shared = batches && typeof SharedArrayBuffer === 'function';
  const cells = shared ? new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS)) : undefined;
  if (batches) guard.post({ type: OPEN, cells } satisfies OpenMessage);
  return {
    guard,
    thread,
    batches,
    cells,
    end: () => Thread.terminate(thread),
    kill: () => Thread.terminate(thread),
  };
}

/** The loss that a message tells of: an error that nobody caught in the worker, as we or threads.js report it. */
export function uncaught(message: Message): Loss | undefined {
  if (message?.type !== UNCAUGHT && message?.type !== 'uncaughtError') return undefined;
  const cause = message.type === UNCAUGHT ? remoteError(message.error as Thrown) : plainError(message.error);
  return { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
}

function failed(cause: unknown): Opening {
  const ready = Promise.reject<Link>(new WorkerInitError(`A worker could not be made: ${text(cause)}`, { cause }));
  ready.catch(() => {});
  return { ready, hold() {}, end: () => Promise.resolve() };
}
