/** `rxjs-parallel/bullmq`: the same operators on many machines, through a BullMQ queue in Redis. */
export { type BullmqPoolOptions, bullmqPool } from './producer/bullmqPool.ts';
export type { Connection, ConnectionOptions } from './shared/connection.ts';
export { type ServeOptions, type Served, serve } from './server/serve.ts';
