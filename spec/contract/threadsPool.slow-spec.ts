/** The threads that a threads.js `Pool` lends, held to the contract as what makes their tasks: a pool of ours. */
import { Pool, spawn } from 'threads';
import { Worker, type WorkerPool } from '../../lib/index.ts';
import { publicPool } from '../../lib/publicPool/publicPool.ts';
import { leased } from '../../lib/workerPool/leasedThreads.ts';
import type { ContractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

const url = new URL('../fixtures/contract.worker.js', import.meta.url);

function make(size: number): WorkerPool<ContractApi> {
  const lender = Pool(() => spawn(new Worker(url, { type: 'module' }) as never), size);
  const pool = publicPool<ContractApi>(leased(lender as never));
  const close: typeof pool.close = async (options) => {
    await pool.close(options);
    await lender.terminate(true);
  };
  return Object.assign(Object.create(pool) as typeof pool, { close, [Symbol.asyncDispose]: () => close() });
}

poolContract('A threads.js Pool', { most: Infinity, copies: true, mayStick: false, grows: false, make });
