/** A worker that imports another's module for what that exports: both expose. */
import { expose } from '../../lib/worker/index.ts';
import { api } from './importable.worker.ts';

expose({ fourfold: (n: number): number => api.double(api.double(n)) });
