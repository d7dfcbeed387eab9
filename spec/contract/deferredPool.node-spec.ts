import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { DeferredPool } from '../../lib/workerPool/deferredPool.ts';
import { FakePool } from '../support/fakePool.ts';
import { contractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

// With workers in pages, where this is what a pool is.
poolContract('A pool whose engine is fetched first (the fake pool)', {
  most: Infinity,
  copies: false,
  make: (size) => publicPool(new DeferredPool(async () => new FakePool(contractApi(), { size }), size)),
});
