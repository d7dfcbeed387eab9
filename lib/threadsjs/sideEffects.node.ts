/**
 * Undoes the side effects of importing `threads`. To be imported right before `threads`, and only there, to find the state before.
 * `#sideEffects` in package.json selects this file.
 */
const EVENTS = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'] as const;

const listeners = new Map<string, readonly unknown[]>(
  EVENTS.map((event) => [event, process.listeners(event as 'SIGINT')]),
);
const hadSelf = 'self' in globalThis;

/** Removes exactly the listeners that were added, of which those for signals end the process. */
export function restoreListeners(): void {
  for (const event of EVENTS)
    for (const listener of process.listeners(event as 'SIGINT'))
      if (listeners.get(event)?.includes(listener) !== true) process.off(event, listener as () => void);
}

/** Removes `globalThis.self`, if there was none before. */
export function restoreSelf(): void {
  if (!hadSelf) Reflect.deleteProperty(globalThis, 'self');
}
