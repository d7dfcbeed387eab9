/** The store of a request's `AsyncLocalStorage` lives as long as the request, not as long as the workers that it started. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { firstValueFrom, lastValueFrom, range, toArray } from 'rxjs';
import { Pool, spawn } from 'threads';
import {
  Worker,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  workerPool,
} from '../../../lib/index.ts';
import { type ContractApi, contractApi } from '../../contract/contractApi.ts';
import { References } from '../../support/references.ts';

const storage = new AsyncLocalStorage<object>();
const open = (): object =>
  new Worker(new URL('../../fixtures/contract.worker.js', import.meta.url), { type: 'module' });

type Used = WorkerPool<ContractApi>;
const none = (): void => {};

/** What a request may do with a pool. */
const requests: Record<string, (pool: Used) => Promise<unknown>> = {
  'a stream': (pool) =>
    lastValueFrom(
      range(0, 50).pipe(
        parallelMap((worker, n) => worker.echo(n), pool),
        toArray(),
      ),
    ),
  'a stream with a timeout and a signal': (pool) => {
    const { signal } = new AbortController();
    const options = { timeout: 60_000, signal };
    return lastValueFrom(
      range(0, 5).pipe(
        parallelMap((worker, n) => worker.echo(n), pool, options),
        toArray(),
      ),
    );
  },
  'a stream that fails': (pool) =>
    lastValueFrom(range(0, 50).pipe(parallelMapUnordered((worker, n) => worker.failIfOdd(n), pool))).catch(none),
  'a stream that is left': (pool) =>
    firstValueFrom(range(0, 50).pipe(parallelMap((worker, n) => worker.echo(n), pool))),
  'an iterator': async (pool) => {
    const results = parallelMapIterable(range50(), (worker, n) => worker.echo(n), pool);
    for await (const result of results) if (result === 20) break;
  },
  calls: (pool) => Promise.all(Array.from({ length: 20 }, (_, n) => pool.run((worker) => worker.echo(n)))),
  'a call that is aborted': async (pool) => {
    const controller = new AbortController();
    const call = pool.run((worker) => worker.later(1, 20), { signal: controller.signal });
    await pool.run((worker) => worker.echo(0));
    controller.abort();
    await call.catch(none);
  },
  'a listener to its events': async (pool) => {
    const heard = pool.events$.subscribe();
    await pool.run((worker) => worker.echo(1));
    heard.unsubscribe();
  },
};

async function* range50(): AsyncGenerator<number> {
  for (let n = 0; n < 50; n++) yield n;
}

const kinds: Record<string, () => { pool: Used; end: () => Promise<unknown> }> = {
  workerPool: () => {
    const pool = workerPool<ContractApi>(open, 2);
    return { pool, end: () => pool.close() };
  },
  // A timer waits for it to have been idle for that long.
  'workerPool with an idleTimeout': () => {
    const pool = workerPool<ContractApi>(open, { size: 2, idleTimeout: 600_000 });
    return { pool, end: () => pool.close() };
  },
  localPool: () => {
    const pool = localPool(contractApi());
    return { pool, end: () => pool.close() };
  },
};

describe('What a request holds in its context', () => {
  for (const [kind, make] of Object.entries(kinds))
    for (const [what, act] of Object.entries(requests))
      it(`is let go when that is over, though ${what} started the workers of a ${kind}`, async () => {
        const { pool, end } = make();
        const stores = new References();
        for (let n = 0; n < 3; n++) await storage.run(stores.add({ n }), () => act(pool));
        expect(await stores.remaining()).toBe(0);
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
        await end();
      });

  it('is let go by a threads.js Pool', async () => {
    const threads = Pool(() => spawn(open() as never), 1);
    const stores = new References();
    const stream = range(0, 20).pipe(
      parallelMap((worker: any, n) => worker.echo(n), threads as never),
      toArray(),
    );
    for (let n = 0; n < 3; n++) await storage.run(stores.add({ n }), () => lastValueFrom(stream));
    expect(await stores.remaining()).toBe(0);
    await threads.terminate();
  });
});
