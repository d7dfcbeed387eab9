/** `AsyncLocalStorage`: callbacks run in the context of the subscriber. */
import { range } from 'rxjs';
import { Pool, spawn } from 'threads';
import { Worker, localPool, parallelMap, workerPool } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { leased } from '../../lib/workerPool/leasedThreads.ts';
import { contextContract } from '../contract/contextContract.ts';
import { type ContractApi, contractApi } from '../contract/contractApi.ts';
import { stores } from '../support/stores.ts';

const open = (): object => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' });

contextContract('workerPool', stores, (size) => {
  const pool = workerPool<ContractApi>(open, size);
  return { pool, end: () => pool.close({ drain: false }) };
});

contextContract('localPool', stores, () => {
  const pool = localPool(contractApi());
  return { pool, end: () => pool.close({ drain: false }) };
});

contextContract('A threads.js Pool', stores, (size) => {
  const threads = Pool(() => spawn(open() as never), size);
  return { pool: publicPool<ContractApi>(leased(threads as never)), end: () => threads.terminate(true) };
});

describe('localPool, in async contexts,', () => {
  it('runs its methods in the context of whoever subscribed, what they wait for included', async () => {
    const contexts: unknown[] = [];
    const pool = localPool({
      async look() {
        contexts.push(stores.current());
        await Promise.resolve();
        contexts.push(stores.current());
      },
    });
    const calls = ['A', 'B', 'C'].map((who) => stores.run(who, () => pool.run((worker) => worker.look())));
    await Promise.all(calls);
    expect(contexts).toEqual(['A', 'A', 'B', 'B', 'C', 'C']);
  });
});

describe('An inline function with a pool of its own', () => {
  it('has its transfer called, and its results emitted, in the context of the subscriber', async () => {
    const contexts: Record<string, Set<unknown>> = {};
    await Promise.all(
      ['A', 'B'].map((who) =>
        stores.run(who, () => {
          const heard = new Set<unknown>();
          contexts[who] = heard;
          const say = (): void => void heard.add(stores.current());
          const transfer = (): [] => {
            say();
            return [];
          };
          const stream = range(0, 20).pipe(parallelMap((n) => n, 2, { transfer }));
          return new Promise<void>((resolve) => stream.subscribe({ next: say, complete: resolve }));
        }),
      ),
    );
    expect(contexts).toEqual({ A: new Set(['A']), B: new Set(['B']) });
  });
});
