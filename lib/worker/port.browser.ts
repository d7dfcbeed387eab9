/** How a worker talks to its host, in browsers. `#port` in package.json chooses between this file and its sibling. */

import { ALIVE, type AliveMessage } from '../wire.ts';

interface Scope {
  readonly navigator?: { readonly locks?: { request(name: string, held: () => Promise<never>): Promise<never> } };
  addEventListener(type: string, listener: (event: never) => void): void;
  postMessage(message: unknown, transfer: readonly unknown[]): void;
}

const scope = globalThis as unknown as Scope;
/** A page has `postMessage` too, of another kind. */
const inWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === 'function';

export function listen(receive: (message: unknown) => void): void {
  if (inWorker) scope.addEventListener('message', (event: { data: unknown }) => receive(event.data));
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  scope.postMessage(message, transfer);
}

/** `report` hears at once of errors that nobody catches. */
export function onUncaught(report: (error: unknown) => void): void {
  if (!inWorker) return;
  scope.addEventListener('error', (event: ErrorEvent) => report(event.error ?? new Error(event.message)));
  scope.addEventListener('unhandledrejection', (event: PromiseRejectionEvent) => report(event.reason));
}

/** `act` would run last when the worker ends itself; a browser does not say. */
export function onExit(_act: () => void): void {}

let lock: string | undefined;

/**
 * Calls `act` once this worker holds a lock until its end. That is how a page sees the end: of `close()` it hears nothing.
 * At once where there are no locks.
 */
export function whenAlive(act: () => void): void {
  const locks = inWorker ? scope.navigator?.locks : undefined;
  if (locks === undefined) return act();
  const name = `rxjs-parallel:${crypto.randomUUID()}`;
  const held = (): Promise<never> => {
    lock = name;
    act();
    return new Promise(() => {});
  };
  locks.request(name, held).catch((error: unknown) => {
    // `act` is the user's module in part; where the lock is refused, as in a sandboxed frame, it goes without.
    if (lock !== undefined) throw error;
    act();
  });
}

/** Tells the page which lock it is. */
export function tellAlive(): void {
  if (lock !== undefined) post({ type: ALIVE, lock } satisfies AliveMessage);
}
