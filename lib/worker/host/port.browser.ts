/** The port of a worker to its host, in browsers. `#port` in package.json selects this file or `port.node.ts`. */
import { LOCK, type LockMessage } from '../../protocol/messages.ts';

interface Scope {
  addEventListener(type: string, listener: (event: never) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
  postMessage(message: unknown, transfer: readonly unknown[]): void;
}

const scope = globalThis as unknown as Scope;
/**
 * Whether this is a dedicated worker: not a page, whose `postMessage` is a different one, nor a shared or service worker, which
 * has none.
 */
export const attached: boolean =
  typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === 'function' &&
  typeof scope.postMessage === 'function';

/** `unread` is called for each message that cannot be read. */
export function listen(receive: (message: unknown) => void, unread: () => void): void {
  scope.addEventListener('message', (event: { data: unknown }) => receive(event.data));
  scope.addEventListener('messageerror', unread);
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  scope.postMessage(message, transfer);
}

/** The listeners to uncaught errors. */
let listening: readonly (readonly [string, (event: never) => void])[] = [];

/** Calls `report` with each uncaught error, unless a listener prevents its event. */
export function onUncaught(report: (error: unknown) => void): void {
  // The error of a script from another origin is hidden.
  const thrown = ({ error, message }: ErrorEvent): unknown =>
    message === 'Script error.' ? new Error(message) : (error as unknown);
  listening = [
    ['error', (event: ErrorEvent) => event.defaultPrevented || report(thrown(event))],
    ['unhandledrejection', (event: PromiseRejectionEvent) => event.defaultPrevented || report(event.reason)],
  ];
  listenLast();
}

/** Moves the listeners behind those that the worker's module, or a task, has registered, which may prevent the event. */
export function listenLast(): void {
  for (const [event, listener] of listening) {
    scope.removeEventListener(event, listener);
    scope.addEventListener(event, listener);
  }
}

/** Nothing to do: a page terminates its workers, and output reaches it at once. */
export function endByItself(): void {}

/** Nothing to do: in browsers no event announces that a worker ends. */
export function onExit(_act: () => void): void {}

/**
 * Holds a lock until the worker ends, and posts its name to the host: no event announces `self.close()`, but the lock is free
 * then. Only secure contexts have locks.
 */
export function revealEnd(): void {
  const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;
  if (locks === undefined) return;
  const say = (decided: boolean, name?: string): void => post({ type: LOCK, name, decided } satisfies LockMessage);
  const name = `rxjs-parallel:${crypto.randomUUID()}`;
  say(false);
  const held = (): Promise<never> => {
    say(true, name);
    return new Promise(() => {});
  };
  // Refused where the page has an opaque origin (a sandboxed frame).
  locks.request(name, held).catch(() => say(true));
}
