import { Worker } from '../../lib/index.ts';
import { publicPool } from '../../lib/core/publicPool.ts';
import { modulePool } from '../../lib/threads/engine.ts';
import { Later } from '../../lib/threads/later.ts';
import { FakePool } from '../support/fakePool.ts';
import { contractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

poolContract('A pool whose engine is fetched first (workers)', {
  most: Infinity,
  copies: true,
  make(size) {
    const open = (): object => new Worker(new URL('./contract.worker.js', import.meta.url), { type: 'module' });
    return publicPool(new Later(async () => modulePool(open, 10_000, { size }), size));
  },
});

poolContract('A pool whose engine is fetched first (the fake pool)', {
  most: Infinity,
  copies: false,
  make: (size) => publicPool(new Later(async () => new FakePool(contractApi(), { size }), size)),
});
