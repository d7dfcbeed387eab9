import { expose } from 'rxjs-parallel/worker';
import { countPrimes } from './primes.count.ts';

const api = { count: countPrimes };
expose(api);
export type PrimesApi = typeof api;
