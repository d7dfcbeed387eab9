import { expose } from 'rxjs-parallel/worker';

const api = {
  countPrimes(below: number): number {
    let count = 0;
    for (let n = 2; n < below; n++) {
      let divisor = 2;
      while (divisor * divisor <= n && n % divisor > 0) divisor++;
      if (divisor * divisor > n) count++;
    }
    return count;
  },
};
expose(api);
export type PrimesApi = typeof api;
