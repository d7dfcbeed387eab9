/** What pushes its values: an Observable of whichever library, or of the platform. */
export interface Pushing {
  subscribe(observer: object, options: object): { unsubscribe?(): void } | undefined;
}

/** Undefined where `source` has nothing that can be subscribed to. */
export function pushingOf(source: any): Pushing | undefined {
  // RxJS, where it was loaded before a polyfill of the symbol, has this name for it; some have neither.
  const observe =
    source?.[(Symbol as { observable?: symbol }).observable ?? '@@observable'] ?? source?.['@@observable'];
  const pushing = typeof observe === 'function' ? observe.call(source) : source;
  return typeof pushing?.subscribe === 'function' ? pushing : undefined;
}
