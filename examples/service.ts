// A service that computes on a pool of workers: GET /primes?below=1000000 is answered with how many there are.
//   service [--port N]        a free port, unless given; on this machine only. Ctrl-C stops it when all is answered.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
// #region imports
import { OverflowError, TaskTimeoutError, Worker, workerPool } from 'rxjs-parallel';
import type { ServiceApi } from './service.worker.ts';
// #endregion

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });

// #region pool
// More requests than eight do not wait for a worker: it is better to say no at once than to answer too late.
const pool = workerPool<ServiceApi>(
  () => new Worker(new URL('./service.worker.js', import.meta.url), { type: 'module' }),
  { maxQueue: 8, name: 'service' },
);
await pool.warmUp();
// #endregion

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 503 ? { 'retry-after': '1' } : {}) });
  response.end(`${JSON.stringify(body)}\n`);
}

// #region answer
async function primes(below: number, response: ServerResponse): Promise<void> {
  // Where the client has gone, its task is cancelled, whether it waits or runs.
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const count = await pool.run((worker) => worker.primes(below), { deadline: 2000, signal: gone.signal });
    answer(response, 200, { below, count });
  } catch (error) {
    if (gone.signal.aborted) return;
    if (error instanceof OverflowError) answer(response, 503, { error: 'too many requests wait' });
    else if (error instanceof TaskTimeoutError) answer(response, 504, { error: 'it takes longer than 2 s' });
    else answer(response, 500, { error: String(error) });
  }
}
// #endregion

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const below = Number(searchParams.get('below'));
  if (request.method !== 'GET' || pathname !== '/primes') answer(response, 404, { error: 'GET /primes?below=N' });
  else if (!Number.isSafeInteger(below) || below < 1) answer(response, 400, { error: 'below must be an integer' });
  else void primes(below, response);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`http://127.0.0.1:${port}/primes?below=1000000`);
});

// #region stop
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    // No more requests; what has been asked is answered, then the workers end.
    server.close(() => void pool.close().then(() => console.log(`Stopped: ${pool.stats().completed} answers`)));
    server.closeIdleConnections();
  });
// #endregion
