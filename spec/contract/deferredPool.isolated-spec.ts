import { Worker } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { PrestartedWorker } from '../../lib/workerPool/prestartedWorker.ts';
import { modulePool } from '../../lib/workerPool/factories.ts';
import { DeferredPool } from '../../lib/workerPool/deferredPool.ts';
import type { ContractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

poolContract('A pool whose first worker starts while its engine is fetched', {
  most: Infinity,
  copies: true,
  make(size) {
    const early = new PrestartedWorker(
      () => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }),
    );
    const fetch = async (): Promise<ReturnType<typeof modulePool>> => {
      // The worker has come up, and said so, before anybody listens.
      await new Promise((resolve) => setTimeout(resolve, 100));
      return modulePool(early.open, 10_000, { size });
    };
    return publicPool<ContractApi>(new DeferredPool(fetch, size, undefined, early));
  },
});
