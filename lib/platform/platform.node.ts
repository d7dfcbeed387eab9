/** What differs between hosts, in Node. `#platform` in package.json chooses between this file and its sibling. */
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
import type { WorkerConstructor } from '../api/worker.ts';
import type { EarlyExit, Lasting } from './lasting.ts';

export { diagnostics } from './diagnostics.ts';

export const cores: number = availableParallelism();

/**
 * `--input-type` is about the text given to `node --eval`, and a worker that inherits it refuses its file. Otherwise
 * workers inherit by themselves: named in an option, flags such as `--expose-gc` would be refused.
 */
const inherited: NodeOptions = process.execArgv.some((arg) => arg.startsWith('--input-type')) ? { execArgv: [] } : {};

/**
 * Marks the threads that are made until that is called which it returns, of whichever class they are: in them `expose` is
 * for us. A thread gets a copy of the environment data as they are when it is made.
 */
function mark(): () => void {
  const before = getEnvironmentData(MADE);
  setEnvironmentData(MADE, true);
  return () => setEnvironmentData(MADE, before);
}

/** What `make` gives, with the threads that it makes marked. */
export function marked<T>(make: () => T): T {
  const unmark = mark();
  try {
    return make();
  } finally {
    unmark();
  }
}

/** What to throw where Node refuses to make a worker. */
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

/** With the browser's way to listen besides Node's, so that threads.js's `spawn` takes it too. */
class FileWorker extends MarkedWorker {
  readonly #listeners = new Map<Listener, (data: unknown) => void>();
  readonly #address: string | undefined;

  constructor(url: URL | string, options?: NodeOptions & { type?: string }) {
    const at = typeof url === 'string' && URL.canParse(url) ? new URL(url) : url;
    super(at, { ...inherited, ...options });
    const text = String(at);
    // What is text itself is no address.
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

/** Where the module of `worker` is; undefined where that does not tell, as one of Node's own. */
export const addressOf = (worker: object): string | undefined => FileWorker.addressOf(worker);

/** What a worker's exit code says of its module, where it has ended by itself, in good order. */
const BY_CODE: Readonly<Record<number, Lasting>> = { 0: 'exposes nothing', 13: 'never settles' };

/** The code by which Node says that a module is not there, or is of no kind that it knows; or the message of Deno, which has none. */
const NO_MODULE =
  /^(?:(?:ERR_)?(?:MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION|UNSUPPORTED_DIR_IMPORT)$|Cannot find module )/;

/**
 * Of a worker that ended before it exposed anything: what is wrong with its module, where the next would end likewise;
 * undefined where that may start. Of what a module has thrown nobody knows whether it would again.
 */
export function lasting({ cause, exitCode = -1, ran = false }: EarlyExit): Lasting | undefined {
  if (cause === undefined) return ran ? BY_CODE[exitCode] : undefined;
  const { code, message } = (cause[0] ?? {}) as { code?: unknown; message?: unknown };
  const said = code ?? message;
  return typeof said === 'string' && NO_MODULE.test(said) ? 'is not there' : undefined;
}

/** Runs `act` once the messages that are already waiting have been received. */
export function afterMessages(act: () => void): void {
  // Timers run before the poll phase, in which messages arrive; immediates run after it. Jest takes the global from jsdom.
  (setImmediate ?? nodesOwn)(act);
}

/** The async context of now. An `AsyncResource`: `AsyncLocalStorage.snapshot()` takes 30 µs in Node 20, and 5 times as long to enter. */
export function captureContext(): Context {
  const resource = new AsyncResource('rxjs-parallel');
  const inZone = captureZone();
  return (act) => resource.runInAsyncScope(inZone, undefined, act) as never;
}

/** That of whoever has imported this: there is no empty one to be had. */
const outside = new AsyncResource('rxjs-parallel');

/** In no request's context: what lasts longer than those would keep theirs, and be called in it. */
export const inNoContext: Context = (act) => outside.runInAsyncScope(inRootZone, undefined, act) as never;
