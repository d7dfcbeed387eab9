/** A source that pushes its values: an Observable of any library, or of the platform. */
export interface Pushing {
  subscribe(observer: object, options: object): { unsubscribe?(): void } | undefined;
}

/** `source` as something to subscribe to; undefined where it is no Observable. */
export function pushingOf(source: any): Pushing | undefined {
  // RxJS uses the string where it was loaded before a polyfill of the symbol; some libraries have neither.
  const observe =
    source?.[(Symbol as { observable?: symbol }).observable ?? '@@observable'] ?? source?.['@@observable'];
  const pushing = typeof observe === 'function' ? observe.call(source) : source;
  return typeof pushing?.subscribe === 'function' ? pushing : undefined;
}
