/** What `threads/worker` is about to change where this runs; imported before it, and read after. */
const hadSelf = 'self' in globalThis;

/** Takes back `globalThis.self`, where there was none. */
export function restoreSelf(): void {
  if (!hadSelf) Reflect.deleteProperty(globalThis, 'self');
}
