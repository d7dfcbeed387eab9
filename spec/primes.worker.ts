/** A worker as a user would write it: what most specs use. */
import { expose } from '../lib/worker/index.ts';

const api = {
  count(limit: number): number {
    let count = 0;
    for (let n = 2; n < limit; n++) {
      let prime = true;
      for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
      if (prime) count++;
    }
    return count;
  },
};
expose(api);
export type PrimesApi = typeof api;
