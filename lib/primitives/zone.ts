/** The async context in which a user's callbacks run: of `AsyncLocalStorage` in Node, of zone.js where that is loaded. */

/** Runs `act` in a context. */
export type Context = <T>(act: () => T) => T;

interface Zone {
  run<T>(act: () => T): T;
}

const zones = (): { readonly current: Zone; readonly root: Zone } | undefined =>
  (globalThis as { Zone?: { current: Zone; root: Zone } }).Zone;

/** As Angular patches whatever waits, a zone that is entered again would have its views checked again. */
const enter = <T>(zone: Zone | undefined, act: () => T): T =>
  zone === undefined || zone === zones()!.current ? act() : zone.run(act);

/** The zone of now; where zone.js is not loaded, a plain call. */
export function captureZone(): Context {
  const zone = zones()?.current;
  return (act) => enter(zone, act);
}

/** In no component's zone: what lasts longer than those is nobody's task. */
export const inRootZone: Context = (act) => enter(zones()?.root, act);
