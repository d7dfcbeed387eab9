/** Times from the clock of a worker or of another machine. */
import { now } from '../primitives/clock.ts';

/**
 * `time` as a time of this clock. The clock of a worker or a machine may differ from this one, by far after the machine has
 * slept; but what happened there happened between `sent`, when the task was sent, and `arrived`, when the message about it came.
 */
export const here = (sent: number, time: number, arrived: number = now()): number =>
  Math.min(Math.max(time, sent), arrived);
