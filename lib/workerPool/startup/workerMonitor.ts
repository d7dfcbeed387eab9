/** A monitor of one worker: passes its messages on, and tells once why it is lost. */
import { afterMessages } from '#platform';
import { clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { text } from '../../protocol/thrown.ts';
import { END, type EndMessage, TORN_DOWN, type TornDownMessage } from '../../protocol/messages.ts';
import { remoteError } from '../../protocol/remoteError.ts';
import type { AnyWorker } from './anyWorker.ts';
import { print, tearDownError } from './exitErrors.ts';
import { type PageError, type WorkerExit, nodeExit, pageExit } from './workerExit.ts';

/** Milliseconds that a worker may take to end by itself. */
const LEAVES_WITHIN = 1000;

/** In a page that is isolated, a script without that header is refused as one that is not there. */
const UNLOADED = `is its URL right, and its text a module?${
  globalThis.crossOriginIsolated === true ? ' In an isolated page it needs a Cross-Origin-Embedder-Policy, too' : ''
}`;

const UNREADABLE = 'sent a message that cannot be read';

/** By the event that each listens to. */
type Listeners = Readonly<Record<string, (value: never) => void>>;

export class WorkerMonitor {
  /** Called with every message, and once with the exit. */
  onMessage: (data: unknown) => void = () => {};
  onExit: (exit: WorkerExit) => void = () => {};
  /** Called where a message of the worker cannot be read. While nobody knows what may have been in it, the worker is lost. */
  onUnread: (exit: WorkerExit) => void = (exit) => this.fail(exit);
  readonly worker: AnyWorker;
  readonly #listeners: readonly (readonly [string, (value: never) => void])[];
  readonly #unloaded: string;
  #ended = false;
  /** Why it was lost; undefined where it was ended on purpose. */
  exit: WorkerExit | undefined;
  #ending: Promise<void> | undefined;
  #held = true;
  /** Told when it has ended by itself. */
  #gone: () => void = () => {};
  /** Told when its teardown has ended. */
  #tornDown: () => void = () => {};
  /** Resolves when the worker's lock is free: in a page `terminate` does not say when it has come true. */
  #free: Promise<void> | undefined;

  /** `unloaded` says what to look at where a page could not load it, for which the browser gives no reason. */
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

  /** It no longer keeps it alive, once what it has printed by now is here: that comes by a port of its own. */
  letGo(): void {
    this.#held = false;
    const act = (): void => {
      if (!this.#held) this.worker.unref?.();
    };
    // The next turn of the loop may be the one that has begun.
    if (this.worker.unref !== undefined) afterMessages(() => afterMessages(act));
  }

  /** The first reason counts: the worker is ended, and nothing more is heard of it. */
  fail(exit: WorkerExit): void {
    if (this.#ended) return;
    this.exit = exit;
    void this.end();
    this.onExit(exit);
  }

  /** Waits for the lock that the worker holds while it lives: in a page nothing else tells of `self.close()`. */
  watch(lock: string): void {
    const free = (): void =>
      // What it has posted before comes first.
      afterMessages(() => this.fail({ why: 'was ended by self.close() or terminate(), not by its pool,' }));
    this.#free = navigator.locks.request(lock, free).catch(() => {});
  }

  /** Ends the worker; resolves when it has ended. */
  end(): Promise<void> {
    this.#ended = true;
    // `terminate` has it keep the process alive: not to be undone by what was to happen in a moment.
    this.#held = true;
    // It is listened to for as long as it is there: an error that is on its way would else be the page's, or the process's.
    this.#ending ??= Promise.resolve(this.worker.terminate()).then(
      () => this.#free,
      () => {},
    );
    return this.#ending;
  }

  /**
   * Ends a worker that has nothing to do. In Node it is told, and ends by itself: what it has printed, and files that it
   * writes, get out first. One that holds on to something (a timer, a server, a connection) is terminated after a second.
   * `tearsDown`: it has a teardown, for which a page waits, too.
   */
  leave(tearsDown: boolean = false): Promise<void> {
    const byItself = this.worker.ref !== undefined && typeof this.worker.on === 'function';
    if (this.#ending !== undefined || !(byItself || tearsDown)) return this.end();
    this.#ended = true;
    // Until then it keeps the process alive.
    this.hold(true);
    this.#ending = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LEAVES_WITHIN);
      this.#gone = () => {
        clearTimeout(timer);
        resolve();
      };
      // A page does not tell when a worker has ended by itself, and it does not.
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

  /** Stops watching a worker that lives on. */
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
      // Whatever is wrong with it costs this worker, and not the process.
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
