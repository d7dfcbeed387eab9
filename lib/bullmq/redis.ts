/** Connections to Redis. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, setTimeout } from '../core/clock.ts';
import type { Connection } from './connection.ts';
import { Redis } from './peers.ts';

/** The longest wait between two tries to reach Redis again, in ms. */
const LONGEST_RETRY = 1000;

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
    keyPrefix: '',
    retryStrategy: (tries: number) => (wanted() ? Math.min(50 * 2 ** Math.min(tries - 1, 5), LONGEST_RETRY) : null),
  };
  const client =
    typeof connection === 'string'
      ? new Redis(connection, settings)
      : typeof connection['duplicate'] === 'function'
        ? (connection as unknown as Client).duplicate(settings)
        : new Redis({ ...connection, ...settings } as {});
  client.on('error', () => {});
  return client;
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

/** Why a connection did not come about; an error of several addresses has only a code. */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return message === '' ? String(code) : message;
}

/** Whether Redis has answered, and said no: to ask again would lead nowhere. Else it was gone, or not ready. */
export function isRefusal(error: unknown): boolean {
  const { name, message } = error as Error;
  if (name !== 'ReplyError') return error instanceof TypeError || error instanceof RangeError;
  return !/^(?:LOADING|MASTERDOWN|READONLY|NOREPLICAS|NOSCRIPT|TRYAGAIN|BUSY)\b/.test(message);
}
