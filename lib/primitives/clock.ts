/**
 * The clock and the timers of this library: the real ones, as of when the library is loaded. Fake timers that a test installs
 * before or afterwards neither stop a pool nor make a task time out. The linter allows `lib/` no others.
 */

/** The real global called `name`. Fakes of Sinon, which Jest and Vitest use too, keep the originals in their `clock`. */
function real<Name extends keyof typeof globalThis>(name: Name): (typeof globalThis)[Name] {
  const found = globalThis[name] as (typeof globalThis)[Name] & { clock?: Record<string, never> };
  return found?.clock?.[`_${name}`] ?? found;
}

export type Timer = ReturnType<typeof globalThis.setTimeout>;

// Called as plain functions: a browser refuses any `this` but its own global.
export let setTimeout: typeof globalThis.setTimeout = /* @__PURE__ */ real('setTimeout');
export let clearTimeout: typeof globalThis.clearTimeout = /* @__PURE__ */ real('clearTimeout');
export const setInterval: typeof globalThis.setInterval = /* @__PURE__ */ real('setInterval');
export const clearInterval: typeof globalThis.clearInterval = /* @__PURE__ */ real('clearInterval');
/** Undefined in a page. */
export const setImmediate: typeof globalThis.setImmediate = /* @__PURE__ */ real('setImmediate');
export const queueMicrotask: typeof globalThis.queueMicrotask = /* @__PURE__ */ real('queueMicrotask');

const performance = real('performance');

/** Monotonic milliseconds, with fractions: for differences. */
// In Node a fake `now` stands on the object itself; in Bun the real one does.
export let monotonic: () => number = (
  (Object.getPrototypeOf(performance) as Partial<Performance>).now ?? performance.now
).bind(performance);

/** Added to `monotonic`, gives milliseconds since the epoch. */
export const timeOrigin: number = performance.timeOrigin;

/** Whole milliseconds since the epoch, comparable among threads and machines. */
export let wallClock: () => number = real('Date').now;

/** Milliseconds since the epoch, with fractions: the time of the events of pools. */
export const now = (): number => timeOrigin + monotonic();

/** Milliseconds that fit an Int32, the same in all threads; compute differences modulo 2³¹. */
export const clock = (): number => wallClock() & 0x7fffffff;

interface Replaceable {
  setTimeout: typeof globalThis.setTimeout;
  clearTimeout: typeof globalThis.clearTimeout;
  monotonic: () => number;
  wallClock: () => number;
}

/** For specs about the passing of time: returns what it replaces. */
export function replaceClock(by: Partial<Replaceable>): Replaceable {
  const before = { setTimeout, clearTimeout, monotonic, wallClock };
  ({ setTimeout, clearTimeout, monotonic, wallClock } = { ...before, ...by });
  return before;
}
