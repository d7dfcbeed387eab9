/** Retries of commands that Redis refuses, with exponential back-off. */
import { setTimeout } from '../../primitives/clock.ts';
import { type RedisError, isRefusal } from './redisErrors.ts';

/** The longest wait between two tries, in ms. */
const LONGEST = 1000;

/** The wait after this many failed tries, in ms. */
export const backoff = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST);

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/**
 * Calls `act` until Redis does not refuse it. `refused` is called with each refusal. Any other error, and a refusal for which
 * `goesOn` returns false, is thrown.
 */
export async function retryRefused<T>(
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
      // The caller may have given up meanwhile.
      if (!goesOn(error)) throw error;
    }
}
