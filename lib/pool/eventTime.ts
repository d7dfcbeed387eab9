/** When something was, by a worker's clock or another machine's. */
import { now } from '../primitives/clock.ts';

/**
 * When something was that had been sent at `sent` and has come back, at `arrived`. A worker's or a machine's clock may differ from this
 * one, by far if it has slept meanwhile: whatever it says, that was between the two.
 */
export const here = (sent: number, time: number, arrived: number = now()): number =>
  Math.min(Math.max(time, sent), arrived);
