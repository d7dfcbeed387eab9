/** The side effects of importing `threads/worker`, undone. Imported right before it, so that it finds what was there before. */
const hadSelf = 'self' in globalThis;

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listeners = Pick<NodeJS.Process, 'listeners' | 'off'>;
const { process } = globalThis as { process?: Partial<Listeners> };
const all = (event: string): readonly unknown[] => process?.listeners?.(event as 'exit') ?? [];
const listeners = EVENTS.map(all);

/** Takes back `globalThis.self`, where there was none. */
export function restoreSelf(): void {
  if (!hadSelf) Reflect.deleteProperty(globalThis, 'self');
}

/** Takes back the listeners added since, which report errors to the host of a thread, and keep the thread alive. */
export function restoreListeners(): void {
  for (const [at, event] of EVENTS.entries())
    for (const listener of all(event)) if (!listeners[at]!.includes(listener)) process!.off!(event, listener as never);
}
