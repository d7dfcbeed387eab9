/**
 * The clock and the timers of this library: those there were when it was loaded. Fake timers that a test installs
 * afterwards (Jest, Vitest, Sinon) neither stop a pool nor make a task time out. The linter keeps `lib/` to these.
 */

// Called as plain functions: a browser refuses them with any other `this` than its own global.
let after: typeof setTimeout = setTimeout;
let cancel: typeof clearTimeout = clearTimeout;
const every: typeof setInterval = setInterval;
const cease: typeof clearInterval = clearInterval;
const soon: typeof queueMicrotask = queueMicrotask;
export {
  after as setTimeout,
  cancel as clearTimeout,
  every as setInterval,
  cease as clearInterval,
  soon as queueMicrotask,
};

export type Timer = ReturnType<typeof setTimeout>;

/** Milliseconds that only grow, with fractions: for differences. */
export let monotonic: () => number = performance.now.bind(performance);

/** Milliseconds since the epoch as all threads and machines count them, whole ones. */
export let wallClock: () => number = Date.now;

/** What to add to `monotonic` for milliseconds since the epoch. */
export const timeOrigin: number = performance.timeOrigin;

/** Milliseconds since the epoch, with fractions: the time that pools tell in their events. */
export const now = (): number => timeOrigin + monotonic();

/** Milliseconds that fit an Int32, the same in all threads; differences are taken modulo 2³¹. */
export const clock = (): number => wallClock() & 0x7fffffff;

/**
 * When something was that had been sent at `sent` and has come back. A worker's or a machine's clock may differ from this
 * one, by far if it has slept meanwhile: whatever it says, that was between the sending and now.
 */
export const here = (sent: number, time: number): number => Math.min(Math.max(time, sent), now());

interface Replaceable {
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
  monotonic: () => number;
  wallClock: () => number;
}

/** For specs, of what the passing of time does: returns what was there. */
export function replaceClock(by: Partial<Replaceable>): Replaceable {
  const before = { setTimeout: after, clearTimeout: cancel, monotonic, wallClock };
  ({ setTimeout: after, clearTimeout: cancel, monotonic, wallClock } = { ...before, ...by });
  return before;
}
