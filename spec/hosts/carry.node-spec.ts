import { AsyncLocalStorage } from 'node:async_hooks';
import { lastValueFrom, range, toArray } from 'rxjs';
import { type WorkerPool, Worker, localPool, workerPool } from '../../lib/index.ts';
import { type ContractApi, contractApi } from '../contract/contractApi.ts';

const requests = new AsyncLocalStorage<string>();
const carry = (): object => ({ of: requests.getStore() });

describe('carry is asked in the async context of whoever subscribed or called', () => {
  const pools: Record<string, () => WorkerPool<ContractApi>> = {
    workerPool: () =>
      workerPool(() => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }), {
        size: 2,
        carry,
      }),
    localPool: () => localPool(contractApi(), { carry }),
  };

  for (const [name, make] of Object.entries(pools))
    it(name, async () => {
      await using pool = make();
      const stream = (): Promise<unknown[]> =>
        lastValueFrom(
          range(0, 40).pipe(
            pool.map((worker) => worker.carried()),
            toArray(),
          ),
        );
      const call = (): Promise<unknown> => pool.run((worker) => worker.carried());
      const found = await Promise.all(
        ['a', 'b'].flatMap((request) => [requests.run(request, stream), requests.run(request, call)]),
      );
      const all = (request: string): unknown[] => Array.from({ length: 40 }, () => ({ of: request }));
      expect(found).toEqual([all('a'), { of: 'a' }, all('b'), { of: 'b' }]);
    });
});
