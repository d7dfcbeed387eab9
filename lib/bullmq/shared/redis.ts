/** Connections to Redis. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { type Connection, type ConnectionOptions, isClient } from './connection.ts';
import { backoff } from './retryDelay.ts';
import { Redis } from './peers.ts';

/**
 * A client that waits for Redis however long it is gone, and does not end the process by an error that nobody hears.
 * While `wanted` says no, a connection that is lost stays so.
 */
export function connect(connection: Connection, wanted: () => boolean): Client {
  const settings = {
    // What is asked while Redis is gone waits for it, however long.
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: true,
    autoResubscribe: true,
    lazyConnect: false,
    retryStrategy: (tries: number) => (wanted() ? backoff(tries - 1) : null),
    sentinelRetryStrategy: (tries: number) => (wanted() ? backoff(tries - 1) : null),
    // A machine waits in Redis for its next job: that would be taken for a Redis that does not answer.
    commandTimeout: undefined,
    socketTimeout: undefined,
    blockingTimeout: undefined,
    // BullMQ's scripts answer with numbers, and lists.
    stringNumbers: false,
    replyMapping: 'legacy',
    keyPrefix: '',
    monitor: false,
    readOnly: false,
  };
  const client = made(connection, settings);
  client.on('error', () => {});
  return client;
}

function made(connection: Connection, settings: object): Client {
  if (typeof connection === 'string' || connection instanceof URL) return at(connection, settings, settings);
  if (isClient(connection)) return (connection as unknown as Client).duplicate(settings);
  const { url, ...options } = connection as ConnectionOptions;
  const all = { ...options, ...settings };
  return url === undefined ? new Redis(all as {}) : at(url, all, settings);
}

/** A URL may hold options, too, which ioredis would prefer. */
function at(url: string | { readonly href: string }, options: object, settings: object): Client {
  const found = new URL(String(url));
  for (const name of Object.keys(settings)) found.searchParams.delete(name);
  return new Redis(found.href, options);
}

/** Ends a client for good, whatever it is about: everything that waits for an answer is told. */
export function end(client: Client): void {
  // ioredis would wait 2 s for a socket that is closed already.
  if (client.status === 'end') return;
  // One that waits for its next try would tell nobody: it tries now.
  if (client.status === 'reconnecting') client.connect().catch(() => {});
  client.disconnect();
}

/** Whether `said` comes within `ms`; keeps the process alive meanwhile. */
export async function within(ms: number, said: Promise<unknown>): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([said.then(() => true), late]).finally(() => clearTimeout(timer));
}
