/** How a worker talks to its host, in browsers. `#port` in package.json chooses between this file and its sibling. */

interface Scope {
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
