import { expose } from 'rxjs-parallel/worker';
import { countPrimes } from './countPrimes.ts';

const api = { count: countPrimes };
expose(api);
export type PrimesApi = typeof api;
