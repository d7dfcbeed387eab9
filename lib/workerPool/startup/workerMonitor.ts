/** The monitor of one worker: passes its messages on, reports its exit once, and ends it. */
import { afterMessages } from '#platform';
import { clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { text } from '../../protocol/thrown.ts';
import { END, type EndMessage, TORN_DOWN, type TornDownMessage } from '../../protocol/messages.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import type { AnyWorker } from './anyWorker.ts';
import { print, tearDownError } from './exitErrors.ts';
import { type PageError, type WorkerExit, nodeExit, pageExit } from './workerExit.ts';

/** Milliseconds that a worker may take to exit by itself. */
const LEAVES_WITHIN = 1000;

/** The default hint. A cross-origin isolated page refuses a script without the header as if the file were missing. */
const UNLOADED = `is its URL right, and its text a module?${
  globalThis.crossOriginIsolated === true ? ' In an isolated page it needs a Cross-Origin-Embedder-Policy, too' : ''
}`;

const UNREADABLE = 'sent a message that cannot be read';

/** By event name. */
type Listeners = Readonly<Record<string, (value: never) => void>>;

export class WorkerMonitor {
  /** `onMessage` is called with every message, `onExit` once. */
  onMessage: (data: unknown) => void = () => {};
  onExit: (exit: WorkerExit) => void = () => {};
  /** Called when a message of the worker cannot be read. Default: the worker is ended, as nobody knows what was in it. */
  onUnread: (exit: WorkerExit) => void = (exit) => this.fail(exit);
  readonly worker: AnyWorker;
  readonly #listeners: readonly (readonly [string, (value: never) => void])[];
  readonly #unloaded: string;
  #ended = false;
  /** Why the worker has ended; undefined where the pool ended it. */
  exit: WorkerExit | undefined;
  #ending: Promise<void> | undefined;
  #held = true;
  /** Called when the worker has exited by itself. */
  #gone: () => void = () => {};
  /** Called when the teardown of the worker has ended. */
  #tornDown: () => void = () => {};
  /** Resolves when the worker's lock is free: in a page nothing else says when `terminate` has taken effect. */
  #free: Promise<void> | undefined;

  /** `unloaded`: a hint where a page could not load the worker, for which browsers give no reason. */
  constructor(worker: AnyWorker, unloaded: string = UNLOADED) {
    this.worker = worker;
    this.#unloaded = unloaded;
    this.#listeners = Object.entries(typeof worker.on === 'function' ? this.#nodeListeners() : this.#pageListeners());
    for (const [event, listener] of this.#listeners)
      if (typeof worker.on === 'function') worker.on(event, listener);
      else worker.addEventListener?.(event, listener);
  }

  get ended(): boolean {
    return this.#ended;
  }

  post(message: unknown, transfer?: readonly unknown[]): void {
    this.worker.postMessage(message, transfer);
  }

  /** Whether the worker keeps the Node process alive. */
  hold(alive: boolean): void {
    this.#held = alive;
    if (alive) this.worker.ref?.();
    else this.worker.unref?.();
  }

  /** Lets the process end without the worker, once the worker's output, which comes through another port, has arrived. */
  letGo(): void {
    this.#held = false;
    const act = (): void => {
      if (!this.#held) this.worker.unref?.();
    };
    // Twice: the first wait may end in the turn of the loop that is running.
    if (this.worker.unref !== undefined) afterMessages(() => afterMessages(act));
  }

  /** Ends the worker and reports the exit; only the first reason counts, and later messages are ignored. */
  fail(exit: WorkerExit): void {
    if (this.#ended) return;
    this.exit = exit;
    void this.end();
    this.onExit(exit);
  }

  /** Waits for the lock that the worker holds while it lives: a page gets no event for `self.close()`. */
  watch(lock: string): void {
    const free = (): void =>
      // After the messages that the worker has posted before.
      afterMessages(() => this.fail({ why: 'was ended by self.close() or terminate(), not by its pool,' }));
    this.#free = navigator.locks.request(lock, free).catch(() => {});
  }

  /** Ends the worker; resolves when it has ended. */
  end(): Promise<void> {
    this.#ended = true;
    // `terminate` needs the process alive: a pending `letGo` must not undo that.
    this.#held = true;
    // The listeners stay: an error that is on its way would otherwise count as uncaught in the page or process.
    this.#ending ??= Promise.resolve(this.worker.terminate()).then(
      () => this.#free,
      () => {},
    );
    return this.#ending;
  }

  /**
   * Ends an idle worker. In Node it is asked to exit by itself, so that what it has printed and the files that it writes are
   * complete; one that something keeps alive (a timer, a server, a connection) is terminated after a second. `tearsDown`: whether
   * the worker has a teardown, for which a page waits, too.
   */
  leave(tearsDown: boolean = false): Promise<void> {
    const byItself = this.worker.ref !== undefined && typeof this.worker.on === 'function';
    if (this.#ending !== undefined || !(byItself || tearsDown)) return this.end();
    this.#ended = true;
    // The process has to live until then.
    this.hold(true);
    this.#ending = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LEAVES_WITHIN);
      this.#gone = () => {
        clearTimeout(timer);
        resolve();
      };
      // In a page a worker does not exit by itself, and no event would say so.
      this.#tornDown = byItself ? () => {} : this.#gone;
      this.post({ type: END } satisfies EndMessage);
    })
      .then(() => this.worker.terminate())
      .then(
        () => {},
        () => {},
      );
    return this.#ending;
  }

  /** Removes the listeners from a worker that lives on. */
  release(): void {
    this.#ended = true;
    for (const [event, listener] of this.#listeners)
      if (typeof this.worker.off === 'function') this.worker.off(event, listener);
      else this.worker.removeEventListener?.(event, listener);
  }

  #message(data: unknown): void {
    if (this.#ended) return this.#lastWords(data);
    try {
      this.onMessage(data);
    } catch (cause) {
      // A malformed message must not cost more than this worker.
      this.fail({ why: `sent a message that cannot be read (${text(cause)})`, cause: [cause] });
    }
  }

  #lastWords(data: unknown): void {
    const { error, type } = (data ?? {}) as Partial<TornDownMessage>;
    if (type !== TORN_DOWN) return;
    if (error !== undefined) print(tearDownError(remoteError(error)));
    this.#tornDown();
  }

  #unread(exit: WorkerExit): void {
    if (!this.#ended) this.onUnread(exit);
  }

  #nodeListeners(): Listeners {
    let ran = false;
    let cause: readonly [unknown] | undefined;
    return {
      online: () => (ran = true),
      message: (data: unknown) => this.#message(data),
      messageerror: (error: unknown) => this.#unread({ why: UNREADABLE, cause: [error] }),
      // `exit` follows, after the messages that were sent before it.
      error: (error: unknown) => (cause = [error]),
      exit: (exitCode: number) => {
        this.#gone();
        this.fail(nodeExit(exitCode, ran, cause));
      },
    };
  }

  #pageListeners(): Listeners {
    return {
      message: ({ data }: { data: unknown }) => this.#message(data),
      messageerror: () => this.#unread({ why: UNREADABLE }),
      error: (event: PageError) => {
        event.preventDefault?.();
        this.fail(pageExit(event, this.#unloaded));
      },
    };
  }
}
