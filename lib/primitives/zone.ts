/** The async context in which a user's callbacks run: that of `AsyncLocalStorage` in Node, and of zone.js where it is loaded. */

/** Runs `act` in the context that it stands for. */
export type Context = <T>(act: () => T) => T;

interface Zone {
  run<T>(act: () => T): T;
}

const zones = (): { readonly current: Zone; readonly root: Zone } | undefined =>
  (globalThis as { Zone?: { current: Zone; root: Zone } }).Zone;

/** Runs `act` in `zone`. The current zone is not entered again: Angular would check its views once more. */
const enter = <T>(zone: Zone | undefined, act: () => T): T =>
  zone === undefined || zone === zones()!.current ? act() : zone.run(act);

/** The current zone; without zone.js, a plain call. */
export function captureZone(): Context {
  const zone = zones()?.current;
  return (act) => enter(zone, act);
}

/** The root zone, for work that outlasts every component and belongs to none. */
export const inRootZone: Context = (act) => enter(zones()?.root, act);
