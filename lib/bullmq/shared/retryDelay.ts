/** Asks Redis again while it refuses. */
import { setTimeout } from '../../primitives/clock.ts';
import { type RedisError, isRefusal } from './redisErrors.ts';

/** The longest wait between two tries, in ms. */
const LONGEST = 1000;

/** How long to wait before the next of so many tries, in ms. */
export const backoff = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST);

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Until Redis does it, or `goesOn` says no; each refusal is told to `refused`. */
export async function askAgain<T>(
  act: () => Promise<T>,
  refused: (error: unknown) => void,
  goesOn: (error: RedisError) => boolean,
): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await act();
    } catch (error) {
      if (!isRefusal(error) || !goesOn(error)) throw error;
      refused(error);
      await sleep(backoff(tries));
      // It may have been given up meanwhile.
      if (!goesOn(error)) throw error;
    }
}
