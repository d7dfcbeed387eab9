/** The differences between hosts, in Node. `#platform` in package.json selects this file or `platform.browser.ts`. */
import { AsyncResource } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { setImmediate as nodesOwn } from 'node:timers';
import {
  Worker as NodeWorker,
  type WorkerOptions as NodeOptions,
  getEnvironmentData,
  setEnvironmentData,
} from 'node:worker_threads';
import { MADE } from '../protocol/messages.ts';
import { setImmediate } from '../primitives/clock.ts';
import { type Context, captureZone, inRootZone } from '../primitives/zone.ts';
import type { WorkerConstructor } from '../api/types/worker.ts';
import type { EarlyExit, Lasting } from './lasting.ts';

export { diagnostics } from './diagnostics.ts';

export const cores: number = availableParallelism();

/**
 * Options that keep a worker from inheriting `--input-type`, which is about the text for `node --eval`: with it a worker refuses
 * its file. Without that flag workers inherit by default, because `execArgv` refuses flags such as `--expose-gc`.
 */
const inherited: NodeOptions = process.execArgv.some((arg) => arg.startsWith('--input-type')) ? { execArgv: [] } : {};

/**
 * Marks all threads that are made until the returned function is called, of whatever class, so that their `expose` serves our
 * pools. A thread gets a copy of the environment data as of when it is made.
 */
function mark(): () => void {
  const before = getEnvironmentData(MADE);
  setEnvironmentData(MADE, true);
  return () => setEnvironmentData(MADE, before);
}

/** Runs `make`, and marks the threads that it makes. */
export function marked<T>(make: () => T): T {
  const unmark = mark();
  try {
    return make();
  } finally {
    unmark();
  }
}

/** The error to throw where Node refuses to make a worker. */
function notMade(url: URL | string, cause: unknown): unknown {
  if (!/^https?:/.test(String(url))) return cause;
  return new TypeError(
    `Node runs a worker from a file, not from ${String(url)}. Vitest writes such an address under jsdom and happy-dom: use new Worker(import.meta.resolve('./x.worker.js')), or the environment "node"`,
    { cause },
  );
}

class MarkedWorker extends NodeWorker {
  constructor(url: URL | string, options: NodeOptions) {
    const unmark = mark();
    try {
      super(url, options);
    } catch (cause) {
      throw notMade(url, cause);
    } finally {
      unmark();
    }
  }
}

type Listener = (event: { data: unknown }) => void;

/** A worker with the listener methods of browsers, too, so that the `spawn` of threads.js accepts it. */
class FileWorker extends MarkedWorker {
  readonly #listeners = new Map<Listener, (data: unknown) => void>();
  readonly #address: string | undefined;

  constructor(url: URL | string, options?: NodeOptions & { type?: string }) {
    const at = typeof url === 'string' && URL.canParse(url) ? new URL(url) : url;
    super(at, { ...inherited, ...options });
    const text = String(at);
    // Not where the worker's text is given instead of an address.
    this.#address = options?.eval === true ? undefined : text.startsWith('data:') ? 'data:…' : text;
  }

  static addressOf(worker: object): string | undefined {
    return #address in worker ? worker.#address : undefined;
  }

  addEventListener(event: string, listener: Listener): void {
    const heard = (data: unknown): void => listener({ data });
    this.#listeners.set(listener, heard);
    this.on(event, heard);
  }

  removeEventListener(event: string, listener: Listener): void {
    const heard = this.#listeners.get(listener);
    if (heard === undefined) return;
    this.#listeners.delete(listener);
    this.off(event, heard);
  }
}

export const Worker: WorkerConstructor = FileWorker as never;

/** The address of a worker's module; undefined for a worker of another class, such as Node's own. */
export const addressOf = (worker: object): string | undefined => FileWorker.addressOf(worker);

/** What is wrong with the module of a worker that exited by itself without an error, by the exit code. */
const BY_CODE: Readonly<Record<number, Lasting>> = { 0: 'exposes nothing', 13: 'never settles' };

/** Node's error codes for a module that is missing or of an unknown kind; or the message of Deno, which has no code. */
const NO_MODULE =
  /^(?:(?:ERR_)?(?:MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION|UNSUPPORTED_DIR_IMPORT)$|Cannot find module )/;

/**
 * For a worker that ended before it exposed anything: what is wrong with its module, if the next worker would end the same way.
 * Undefined where that may start, also where the module has thrown, which it may not do again.
 */
export function lasting({ cause, exitCode = -1, ran = false }: EarlyExit): Lasting | undefined {
  if (cause === undefined) return ran ? BY_CODE[exitCode] : undefined;
  const { code, message } = (cause[0] ?? {}) as { code?: unknown; message?: unknown };
  const said = code ?? message;
  return typeof said === 'string' && NO_MODULE.test(said) ? 'is not there' : undefined;
}

/** Runs `act` after the messages that are already waiting were received. */
export function afterMessages(act: () => void): void {
  // Timers run before the poll phase, in which messages arrive; immediates run after it. Jest takes the global from jsdom.
  (setImmediate ?? nodesOwn)(act);
}

/**
 * The current async context. By an `AsyncResource`, since `AsyncLocalStorage.snapshot()` takes 30 µs in Node 20, and 5 times as
 * long to enter.
 */
export function captureContext(): Context {
  const resource = new AsyncResource('rxjs-parallel');
  const inZone = captureZone();
  return (act) => resource.runInAsyncScope(inZone, undefined, act) as never;
}

/** The context in which this module is first imported: an empty context is not available. */
const outside = new AsyncResource('rxjs-parallel');

/** Runs `act` outside any request's context: what outlasts a request would keep that context alive, and be called in it. */
export const inNoContext: Context = (act) => outside.runInAsyncScope(inRootZone, undefined, act) as never;
