/** A process that serves a queue, as one runs on each machine. Started by `Machine`. */
import { Worker, workerPool } from '../../lib/index.ts';
import { type ServeOptions, serve } from '../../lib/bullmq/index.ts';
import { SAID, TOLD } from './deeds.ts';

const { size, options } = JSON.parse(process.argv[2]!) as { size: number; options: ServeOptions };

const said = new BroadcastChannel(SAID);
said.onmessage = (event) => process.send?.((event as { data: unknown }).data);
process.on('message', () => {
  const told = new BroadcastChannel(TOLD);
  told.postMessage('go');
  told.close();
});

const pool = workerPool(() => new Worker(new URL('./deeds.worker.js', import.meta.url), { type: 'module' }), size);
const server = serve(pool, options);
const end = async (): Promise<void> => {
  await server.close();
  await pool.close();
  process.exit(0);
};
process.once('SIGTERM', () => void end());
await server.ready;
process.send?.('ready');
