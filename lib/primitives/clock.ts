/**
 * The clock and the timers of this library: those there are when it is loaded, and real ones. Fake timers that a test
 * installs before or afterwards neither stop a pool nor make a task time out. The linter keeps `lib/` to these.
 */

/** `name` of the globals. A fake of Sinon, whose fakes Jest and Vitest use too, has a clock that keeps what it stands for. */
function real<Name extends keyof typeof globalThis>(name: Name): (typeof globalThis)[Name] {
  const found = globalThis[name] as (typeof globalThis)[Name] & { clock?: Record<string, never> };
  return found?.clock?.[`_${name}`] ?? found;
}

export type Timer = ReturnType<typeof globalThis.setTimeout>;

// Called as plain functions: a browser refuses them with any other `this` than its own global.
export let setTimeout: typeof globalThis.setTimeout = /* @__PURE__ */ real('setTimeout');
export let clearTimeout: typeof globalThis.clearTimeout = /* @__PURE__ */ real('clearTimeout');
export const setInterval: typeof globalThis.setInterval = /* @__PURE__ */ real('setInterval');
export const clearInterval: typeof globalThis.clearInterval = /* @__PURE__ */ real('clearInterval');
/** Not there in a page. */
export const setImmediate: typeof globalThis.setImmediate = /* @__PURE__ */ real('setImmediate');
export const queueMicrotask: typeof globalThis.queueMicrotask = /* @__PURE__ */ real('queueMicrotask');

const performance = real('performance');

/** Milliseconds that only grow, with fractions: for differences. */
// In Node a fake `now` stands on the object itself; in Bun the real one does.
export let monotonic: () => number = (
  (Object.getPrototypeOf(performance) as Partial<Performance>).now ?? performance.now
).bind(performance);

/** What to add to `monotonic` for milliseconds since the epoch. */
export const timeOrigin: number = performance.timeOrigin;

/** Milliseconds since the epoch as all threads and machines count them, whole ones. */
export let wallClock: () => number = real('Date').now;

/** Milliseconds since the epoch, with fractions: the time that pools tell in their events. */
export const now = (): number => timeOrigin + monotonic();

/** Milliseconds that fit an Int32, the same in all threads; differences are taken modulo 2³¹. */
export const clock = (): number => wallClock() & 0x7fffffff;

interface Replaceable {
  setTimeout: typeof globalThis.setTimeout;
  clearTimeout: typeof globalThis.clearTimeout;
  monotonic: () => number;
  wallClock: () => number;
}

/** For specs, of what the passing of time does: returns what was there. */
export function replaceClock(by: Partial<Replaceable>): Replaceable {
  const before = { setTimeout, clearTimeout, monotonic, wallClock };
  ({ setTimeout, clearTimeout, monotonic, wallClock } = { ...before, ...by });
  return before;
}
