// #region worker
import { expose, taskContext } from 'rxjs-parallel/worker';

function isPrime(n: number): boolean {
  if (n < 2 || n % 2 === 0) return n === 2;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) if (n % divisor === 0) return false;
  return true;
}

const api = {
  /** How many primes there are below `limit`; stops when the call is cancelled. */
  primes(limit: number): number {
    const { signal } = taskContext();
    let count = 0;
    for (let n = 0; n < limit; n++) {
      if (n % 1000 === 0) signal.throwIfAborted();
      if (isPrime(n)) count++;
    }
    return count;
  },
};
expose(api);
export type ServiceApi = typeof api;
// #endregion
