/** The time that pools tell in their events. */

/** Milliseconds since the epoch, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * When something was that had been sent at `sent` and has come back. A worker's or a machine's clock may differ from this
 * one, by far if it has slept meanwhile: whatever it says, that was between the sending and now.
 */
export const here = (sent: number, time: number): number => Math.min(Math.max(time, sent), now());
