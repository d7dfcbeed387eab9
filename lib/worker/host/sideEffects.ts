/** Undoes the side effects of importing `threads/worker`. To be imported right before that, to find the state before. */
const hadSelf = 'self' in globalThis;

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listeners = Pick<NodeJS.Process, 'listeners' | 'off'>;
const { process } = globalThis as { process?: Partial<Listeners> };
const all = (event: string): readonly unknown[] => process?.listeners?.(event as 'exit') ?? [];
const listeners = EVENTS.map(all);

/** Removes `globalThis.self`, if there was none before. */
export function restoreSelf(): void {
  if (!hadSelf) Reflect.deleteProperty(globalThis, 'self');
}

/** Removes the listeners that were added, which report errors to the host of a thread and keep the thread alive. */
export function restoreListeners(): void {
  for (const [at, event] of EVENTS.entries())
    for (const listener of all(event)) if (!listeners[at]!.includes(listener)) process!.off!(event, listener as never);
}
