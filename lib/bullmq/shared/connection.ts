/** The option `connection` and its check. These types are published, so they name none of ioredis, which is optional. */
import { show } from '../../api/checks.ts';

/** Options of ioredis, the common ones typed. Most others may be given, too; those on retries and timeouts are set by this library. */
export interface ConnectionOptions {
  /** In the place of host and port: `redis://…`, `rediss://…`. */
  readonly url?: string | { readonly href: string } | undefined;
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: 6379. */
  readonly port?: number | undefined;
  /** For Redis's access control lists. */
  readonly username?: string | undefined;
  /** Of that user, or, without one, of Redis. */
  readonly password?: string | undefined;
  /** The number of the database. Default: 0. */
  readonly db?: number | undefined;
  /** `{}` for TLS with the defaults of Node, else its options. */
  readonly tls?: any;
  readonly [option: string]: any;
}

/**
 * Where Redis is: a URL (`redis://`, `rediss://`), options of ioredis, or an ioredis client, of which copies are made.
 * A single Redis, or Sentinels; no Cluster.
 */
export type Connection = string | { readonly href: string } | ConnectionOptions;

/** Of these options at least one must be given. */
const PLACES = ['url', 'host', 'port', 'path', 'sentinels'];
/** Options with which BullMQ or this library cannot work, and the reason. */
const REFUSED: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  keyPrefix: (value) => (value === '' ? undefined : 'the option prefix is for that'),
  monitor: (value) => (value === true ? 'such a connection runs no commands' : undefined),
  readOnly: (value) => (value === true ? 'jobs are written' : undefined),
  role: (value) => (value === 'slave' ? 'jobs are written, and only a master takes them' : undefined),
};

/** Checks the option before anything connects. `what` names it in errors. @throws TypeError, RangeError */
export function checkConnection(what: string, connection: unknown): Connection {
  const expected = `${what} must be a Redis URL, options of ioredis, or an ioredis client`;
  if (typeof connection === 'string' || connection instanceof URL) {
    checkUrl(what, expected, connection);
    return connection;
  }
  if (typeof connection !== 'object' || connection === null)
    throw new TypeError(`${expected}, got ${show(connection)}`);
  const { isCluster, options } = connection as { isCluster?: unknown; options?: unknown };
  if (isCluster === true) throw new TypeError(`${what} must be a single Redis or a Sentinel, got a Cluster`);
  if (isClient(connection)) {
    checkOptions(what, options as ConnectionOptions);
    return connection;
  }
  const prototype: unknown = Object.getPrototypeOf(connection);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`${expected}, got ${show(connection)}${'then' in connection ? ' (await it first)' : ''}`);
  const given = connection as ConnectionOptions;
  checkOptions(what, given);
  if (!PLACES.some((name) => given[name] !== undefined))
    throw new TypeError(`${what} must say where Redis is, by ${PLACES.join(', ')}; it has none of them`);
  if (given.url !== undefined) checkUrl(`${what}.url`, `${what}.url must be a Redis URL`, given.url);
  return given;
}

/** `duplicate` alone would also match clients of node-redis; `defineCommand` is only in those of ioredis. */
export const isClient = (connection: object): boolean =>
  ['duplicate', 'defineCommand'].every((name) => typeof (connection as ConnectionOptions)[name] === 'function');

function checkUrl(what: string, expected: string, url: unknown): void {
  let found: URL;
  try {
    found = new URL(url as string | URL);
  } catch {
    throw new TypeError(`${expected}, got ${show(url)}`);
  }
  if (!/^rediss?:$/.test(found.protocol) || found.hostname === '')
    throw new TypeError(`${expected}, got ${show(typeof url === 'string' ? url : found.href)}`);
  checkOptions(what, Object.fromEntries(found.searchParams));
}

function checkOptions(what: string, options: ConnectionOptions): void {
  for (const [name, why] of Object.entries(REFUSED)) {
    const reason = options[name] === undefined ? undefined : why(options[name]);
    if (reason !== undefined) throw new TypeError(`${what} must have no ${name}: ${reason}`);
  }
  const { host, port } = options as { host?: unknown; port?: unknown };
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    throw new TypeError(`${what}.host must be a name or an address, got ${show(host)}`);
  // A port from an environment variable is a string.
  const number: unknown = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (number !== undefined && !(Number.isInteger(number) && (number as number) > 0 && (number as number) < 65_536))
    throw new RangeError(`${what}.port must be an integer from 1 to 65535, got ${show(port)}`);
}
