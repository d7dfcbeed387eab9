import { Worker, workerPool } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { carryContract } from './carryContract.ts';
import { poolContract } from './poolContract.ts';

poolContract('workerPool', {
  most: Infinity,
  copies: true,
  make: (size) =>
    workerPool<ContractApi>(
      () => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }),
      size,
    ),
});

carryContract('workerPool', (carry) =>
  workerPool(() => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }), {
    size: 2,
    carry,
  }),
);
