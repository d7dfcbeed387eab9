/** How a worker talks to its host, in browsers. `#port` in package.json chooses between this file and its sibling. */
import { LOCK, type LockMessage } from '../../protocol/messages.ts';

interface Scope {
  addEventListener(type: string, listener: (event: never) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
  postMessage(message: unknown, transfer: readonly unknown[]): void;
}

const scope = globalThis as unknown as Scope;
/**
 * Whether this is a worker that somebody has made: not a page, whose `postMessage` is of another kind, nor a shared or
 * service worker, which has none.
 */
export const attached: boolean =
  typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === 'function' &&
  typeof scope.postMessage === 'function';

/** `unread` hears of each message that cannot be read. */
export function listen(receive: (message: unknown) => void, unread: () => void): void {
  scope.addEventListener('message', (event: { data: unknown }) => receive(event.data));
  scope.addEventListener('messageerror', unread);
}

export function post(message: unknown, transfer: readonly unknown[] = []): void {
  scope.postMessage(message, transfer);
}

/** What listens to errors that nobody catches. */
let listening: readonly (readonly [string, (event: never) => void])[] = [];

/** `report` hears at once of errors that nobody catches, and whose event nobody prevents. */
export function onUncaught(report: (error: unknown) => void): void {
  // A script from elsewhere keeps its errors to itself.
  const thrown = ({ error, message }: ErrorEvent): unknown =>
    message === 'Script error.' ? new Error(message) : (error as unknown);
  listening = [
    ['error', (event: ErrorEvent) => event.defaultPrevented || report(thrown(event))],
    ['unhandledrejection', (event: PromiseRejectionEvent) => event.defaultPrevented || report(event.reason)],
  ];
  listenLast();
}

/** After those that the worker's module has registered, or a task since: they may prevent the event. */
export function listenLast(): void {
  for (const [event, listener] of listening) {
    scope.removeEventListener(event, listener);
    scope.addEventListener(event, listener);
  }
}

/** A page's worker is terminated: what it prints is the page's at once. */
export function endByItself(): void {}

/** `act` would run last when the worker ends itself; a browser does not say. */
export function onExit(_act: () => void): void {}

/**
 * Holds a lock until the worker ends, and tells the host its name: of `self.close()` no event tells, but the lock is
 * then free. Only secure contexts have locks.
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
  // Refused where the page has no origin of its own (a sandboxed frame).
  locks.request(name, held).catch(() => say(true));
}
