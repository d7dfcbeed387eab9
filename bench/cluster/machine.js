/**
 * A process as one runs on each machine. It is told what to serve (`{ way, queue, connection, … }`) and answers 'ready';
 * told 'stop', it answers with the processor time that its main thread has used meanwhile, in ms.
 */
import { Worker as BullWorker } from 'bullmq';
import { serve } from '../../dist/node/bullmq/index.js';
import { Worker, workerPool } from '../../dist/node/index.js';
import { mainThreadTime } from '../mainThreadTime.js';
import { compute, noop, wait } from './tasks.js';

const tasks = { compute, noop, wait };
/** Most jobs that a worker by hand runs at once: more makes it no faster. */
const AT_ONCE = 100;

async function ours({ queue, connection, ...options }) {
  const pool = workerPool(() => new Worker(new URL('./tasks.worker.js', import.meta.url), { type: 'module' }), 1);
  // The thread is there before anything is measured.
  await pool.run((worker) => worker.noop(0));
  const server = serve(pool, { queue, connection, onError: console.error, ...options });
  await server.ready;
  return async () => {
    await server.close();
    await pool.close();
  };
}

/** What BullMQ's documentation shows: the function runs in this process. */
async function byHand({ queue, connection }) {
  const worker = new BullWorker(queue, async ({ name, data }) => tasks[name](data), {
    connection,
    concurrency: AT_ONCE,
  });
  await worker.waitUntilReady();
  return () => worker.close();
}

let stop;
let began;
async function answer(message) {
  if (message === 'stop') {
    const main = mainThreadTime() - began;
    await stop();
    process.send?.({ main });
  } else {
    const { way, ...rest } = message;
    stop = await (way === 'ours' ? ours : byHand)(rest);
    began = mainThreadTime();
    process.send?.('ready');
  }
}
process.on('message', (message) => void answer(message));
process.on('disconnect', () => process.exit(0));
