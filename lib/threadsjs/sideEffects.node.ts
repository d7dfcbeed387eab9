/**
 * The side effects of importing `threads`, undone. This module is imported right before `threads`, and only there, so that
 * what it finds is what was there before. `#sideEffects` in package.json chooses.
 */
const EVENTS = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'] as const;

const listeners = new Map<string, readonly unknown[]>(
  EVENTS.map((event) => [event, process.listeners(event as 'SIGINT')]),
);
const hadSelf = 'self' in globalThis;

/** Takes back exactly the listeners added since: those for signals end the process. */
export function restoreListeners(): void {
  for (const event of EVENTS)
    for (const listener of process.listeners(event as 'SIGINT'))
      if (listeners.get(event)?.includes(listener) !== true) process.off(event, listener as () => void);
}

/** Takes back `globalThis.self`, where there was none. */
export function restoreSelf(): void {
  if (!hadSelf) Reflect.deleteProperty(globalThis, 'self');
}
