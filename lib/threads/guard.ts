/** Watches one worker: its messages, and the one moment in which it is lost. */

import { afterMessages, whenReleased } from '#platform';
import { ALIVE, type AliveMessage, text } from '../wire.ts';

/** Any worker: the browser's, `node:worker_threads`', threads.js's, or this library's. */
export interface AnyWorker {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (value: never) => void): unknown;
  off?(event: string, listener: (value: never) => void): unknown;
  addEventListener?(event: string, listener: (event: never) => void): void;
  removeEventListener?(event: string, listener: (event: never) => void): void;
}

/** Why a worker is gone. */
export interface Loss {
  readonly why: string;
  /** An array, so that a `cause` of undefined is one too. */
  readonly cause?: readonly [unknown];
  readonly exitCode?: number | undefined;
}

type Listener = (event: { data: unknown }) => void;

export function isWorker(value: unknown): value is AnyWorker {
  const worker = value as Partial<AnyWorker> | null | undefined;
  return (
    typeof worker === 'object' &&
    worker !== null &&
    typeof worker.postMessage === 'function' &&
    typeof worker.terminate === 'function' &&
    (typeof worker.on === 'function' || typeof worker.addEventListener === 'function')
  );
}

export class Guard {
  /** Called with every message, and once with the loss. */
  onMessage: (data: unknown) => void = () => {};
  onLost: (loss: Loss) => void = () => {};
  readonly worker: AnyWorker;
  readonly #listening: readonly (readonly [string, (value: never) => void])[];
  #lost = false;
  /** How it was lost, for who comes after. */
  loss: Loss | undefined;
  #ending: Promise<void> | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(worker: AnyWorker) {
    this.worker = worker;
    this.#listening = typeof worker.on === 'function' ? this.#nodeEvents() : this.#webEvents();
    for (const [event, listener] of this.#listening)
      if (typeof worker.on === 'function') worker.on(event, listener);
      else worker.addEventListener?.(event, listener);
  }

  get lost(): boolean {
    return this.#lost;
  }

  post(message: unknown, transfer?: readonly unknown[]): void {
    this.worker.postMessage(message, transfer);
  }

  /** Whether the worker keeps the Node process alive. */
  hold(alive: boolean): void {
    if (alive) this.worker.ref?.();
    else this.worker.unref?.();
  }

  /** The first reason counts: the worker is ended, and nothing more is heard of it. */
  lose(loss: Loss): void {
    if (this.#lost) return;
    this.#lost = true;
    this.loss = loss;
    void this.end();
    this.onLost(loss);
  }

  /** Ends the worker; resolves when it has ended. */
  end(): Promise<void> {
    this.#lost = true;
    this.#stopWaiting?.();
    // A page is not told when a worker has ended: an `error` may still come, and would be the page's if nobody took it.
    const ended = (): void => (typeof this.worker.on === 'function' ? this.release() : undefined);
    this.#ending ??= Promise.resolve(this.worker.terminate()).then(ended, ended);
    return this.#ending;
  }

  /** Stops watching; not before the worker has ended, or its `error` would end the host process. */
  release(): void {
    this.#lost = true;
    this.#stopWaiting?.();
    for (const [event, listener] of this.#listening)
      if (typeof this.worker.off === 'function') this.worker.off(event, listener);
      else this.worker.removeEventListener?.(event, listener);
  }

  #message(data: unknown): void {
    if (this.#lost) return;
    const message = data as AliveMessage | null | undefined;
    if (message?.type === ALIVE)
      this.#stopWaiting ??= whenReleased(message.lock, () =>
        this.lose({ why: 'closed itself, or was terminated from outside,' }),
      );
    else this.onMessage(data);
  }

  #nodeEvents(): (readonly [string, (value: never) => void])[] {
    let cause: readonly [unknown] | undefined;
    return [
      ['message', (data: unknown) => this.#message(data)],
      ['messageerror', (error: unknown) => this.lose({ why: 'sent a message that cannot be read', cause: [error] })],
      // `exit` follows, after the messages that were sent before it.
      ['error', (error: unknown) => (cause = [error])],
      [
        'exit',
        (exitCode: number) =>
          this.lose(
            cause === undefined
              ? { why: `exited with code ${exitCode}`, exitCode }
              : { why: `ended by an uncaught error (${text(cause[0])})`, exitCode, cause },
          ),
      ],
    ];
  }

  #webEvents(): (readonly [string, (value: never) => void])[] {
    return [
      ['message', (event: { data: unknown }) => this.#message(event.data)],
      ['messageerror', () => this.lose({ why: 'sent a message that cannot be read' })],
      [
        'error',
        (event: { message?: string; error?: unknown; preventDefault?(): void }) => {
          event.preventDefault?.();
          const cause =
            event.error ?? (event.message === undefined || event.message === '' ? undefined : new Error(event.message));
          const loss: Loss =
            cause === undefined
              ? { why: 'could not be loaded (is its URL right, and its text a module?)' }
              : { why: `ended by an uncaught error (${text(cause)})`, cause: [cause] };
          // The event may overtake what the worker had sent before.
          afterMessages(() => this.lose(loss));
        },
      ],
    ];
  }
}

/** The guarded worker as threads.js sees it: the four methods that it uses, and no listener of the worker's own. */
export class Facade {
  readonly #guard: Guard;
  readonly #listeners = new Set<Listener>();

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  addEventListener(event: string, listener: Listener): void {
    if (event === 'message') this.#listeners.add(listener);
  }

  removeEventListener(_event: string, listener: Listener): void {
    this.#listeners.delete(listener);
  }

  postMessage(message: unknown, transfer?: readonly unknown[]): void {
    this.#guard.post(message, transfer);
  }

  terminate(): Promise<void> {
    return this.#guard.end();
  }

  /** Hands a message on to threads.js. */
  deliver(data: unknown): void {
    for (const listener of [...this.#listeners]) listener({ data });
  }
}
