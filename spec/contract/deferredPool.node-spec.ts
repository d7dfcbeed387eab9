import { Worker } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { modulePool } from '../../lib/workerPool/factories.ts';
import { DeferredPool } from '../../lib/workerPool/deferredPool.ts';
import { FakePool } from '../support/fakePool.ts';
import { contractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

poolContract('A pool whose engine is fetched first (workers)', {
  most: Infinity,
  copies: true,
  make(size) {
    const open = (): object =>
      new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' });
    return publicPool(new DeferredPool(async () => modulePool(open, 10_000, { size }), size));
  },
});

poolContract('A pool whose engine is fetched first (the fake pool)', {
  most: Infinity,
  copies: false,
  make: (size) => publicPool(new DeferredPool(async () => new FakePool(contractApi(), { size }), size)),
});
