/** Clients of ioredis: how they connect, and how they end. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import { type Connection, type ConnectionOptions, isClient } from './connection.ts';
import { backoff } from './retryRefused.ts';
import { Redis } from './peers.ts';

/**
 * Makes a client that waits for Redis without a limit, and whose errors without a listener do not end the process. It does
 * not reconnect while `wanted` returns false.
 */
export function connect(connection: Connection, wanted: () => boolean): Client {
  const settings = {
    // Commands issued while Redis is unreachable wait for it, without a limit.
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: true,
    autoResubscribe: true,
    lazyConnect: false,
    retryStrategy: (tries: number) => (wanted() ? backoff(tries - 1) : null),
    sentinelRetryStrategy: (tries: number) => (wanted() ? backoff(tries - 1) : null),
    // A machine blocks in Redis until a job comes: these limits would take that for an unresponsive Redis.
    commandTimeout: undefined,
    socketTimeout: undefined,
    blockingTimeout: undefined,
    // BullMQ expects numbers and lists from its scripts.
    stringNumbers: false,
    replyMapping: 'legacy',
    keyPrefix: '',
    monitor: false,
    readOnly: false,
  };
  const client = create(connection, settings);
  client.on('error', () => {});
  return client;
}

function create(connection: Connection, settings: object): Client {
  if (typeof connection === 'string' || connection instanceof URL) return createAt(connection, settings, settings);
  if (isClient(connection)) return (connection as unknown as Client).duplicate(settings);
  const { url, ...options } = connection as ConnectionOptions;
  const all = { ...options, ...settings };
  return url === undefined ? new Redis(all as {}) : createAt(url, all, settings);
}

/** Takes our settings out of the query of the URL: ioredis gives that precedence over its options. */
function createAt(url: string | { readonly href: string }, options: object, settings: object): Client {
  const found = new URL(String(url));
  for (const name of Object.keys(settings)) found.searchParams.delete(name);
  return new Redis(found.href, options);
}

/** Ends a client in whatever state it is; the commands that wait for a reply are rejected. */
export function end(client: Client): void {
  // Where the socket is closed already, ioredis would wait 2 s for it.
  if (client.status === 'end') return;
  // Between two attempts to connect, `disconnect` would reject nothing: an attempt is started first.
  if (client.status === 'reconnecting') client.connect().catch(() => {});
  client.disconnect();
}

/** Whether `promise` resolves within `ms`. Keeps the process alive meanwhile. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: Timer | undefined;
  const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([promise.then(() => true), timeout]).finally(() => clearTimeout(timer));
}
