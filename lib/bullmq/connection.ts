/** Where Redis is. Names no type of ioredis: it is in what is published. */
import { show } from '../options.ts';

/** Options of ioredis, as far as they are told here; it may have any other, too, but how it tries again is decided here. */
export interface ConnectionOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  /** `{}` for TLS with the defaults of Node, else its options. */
  readonly tls?: any;
  readonly [option: string]: any;
}

/** Where Redis is: a URL (`redis://`, `rediss://`), options of ioredis, or an ioredis client, of which copies are made. */
export type Connection = string | ConnectionOptions;

export function checkConnection(what: string, connection: unknown): Connection {
  const expected = `${what} must be a Redis URL, options of ioredis, or an ioredis client`;
  if (typeof connection !== 'string' && (typeof connection !== 'object' || connection === null))
    throw new TypeError(`${expected}, got ${show(connection)}`);
  if (typeof connection === 'string' && !/^rediss?:\/\//.test(connection))
    throw new TypeError(`${expected}, got ${show(connection)}`);
  if (typeof connection === 'object' && 'isCluster' in connection && connection['isCluster'] === true)
    throw new TypeError(`${what} must be a single Redis or a Sentinel, got a Cluster`);
  const { keyPrefix = '' } =
    (connection as { options?: ConnectionOptions }).options ?? (connection as ConnectionOptions);
  if (typeof connection === 'object' && keyPrefix !== '')
    throw new TypeError(`${what} must have no keyPrefix: the option prefix is for that`);
  return connection;
}
