import { Worker } from '../../lib/index.ts';
import { publicPool } from '../../lib/core/publicPool.ts';
import { Early } from '../../lib/threads/early.ts';
import { modulePool } from '../../lib/threads/engine.ts';
import { Later } from '../../lib/threads/later.ts';
import type { ContractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

poolContract('A pool whose first worker starts while its engine is fetched', {
  most: Infinity,
  copies: true,
  make(size) {
    const early = new Early(() => new Worker(new URL('./contract.worker.js', import.meta.url), { type: 'module' }));
    const fetch = async (): Promise<ReturnType<typeof modulePool>> => {
      // The worker has come up, and said so, before anybody listens.
      await new Promise((resolve) => setTimeout(resolve, 100));
      return modulePool(early.open, 10_000, { size });
    };
    return publicPool<ContractApi>(new Later(fetch, size, undefined, early));
  },
});
