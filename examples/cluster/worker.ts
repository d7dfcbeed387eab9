// Counts primes for whoever asks, on all cores of this machine: run it on each machine, and cluster/producer anywhere.
// SIGTERM or Ctrl-C: it finishes what runs, takes no more, and ends; a second one ends it at once.
//   REDIS_URL     where Redis is; redis://127.0.0.1:6379 unless given
// #region imports
import { Worker, workerPool } from 'rxjs-parallel';
import { serve } from 'rxjs-parallel/bullmq';
import type { PrimesApi } from '../primes.worker.ts';
// #endregion

const connection = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

// #region serve
const pool = workerPool<PrimesApi>(
  () => new Worker(new URL('../primes.worker.js', import.meta.url), { type: 'module' }),
);
const server = serve(pool, { queue: 'primes', connection, onError: trouble });

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(signal));

async function end(signal: string): Promise<void> {
  console.log(`${signal}: finishing what runs`);
  await server.close(); // takes no more jobs; resolves when the running ones have ended
  await pool.close();
  console.log(`Ended: ${pool.stats().completed} tasks completed, ${pool.stats().failed} failed`);
}
// #endregion

const began = new Map<number, number>();
pool.events$.subscribe((event) => {
  if (event.type === 'task:start') began.set(event.worker, event.time);
  if (event.type === 'task:end') {
    const ms = event.time - began.get(event.worker)!;
    console.log(`task ${event.index}: ${event.outcome} after ${ms.toFixed(0)} ms on thread ${event.worker}`);
  }
});

// It goes on by itself when Redis is there again: the same trouble is told once.
let told: string | undefined;
function trouble(error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = `${code ?? message}; trying again`;
  if (text !== told) console.error(`Redis at ${new URL(connection).host}: ${text}`);
  told = text;
}

server.ready.then(
  () => {
    told = undefined;
    console.log(`Serving the queue "primes" at ${new URL(connection).host}`);
  },
  () => {}, // it was ended before
);
