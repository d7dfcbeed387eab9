import { localPool } from '../../lib/index.ts';
import { bullmqPool, serve } from '../../lib/bullmq/index.ts';

const connection = 'redis://127.0.0.1:1';

/** What was thrown. */
function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It threw nothing');
}

describe('The options of bullmqPool and serve', () => {
  it('are checked before anything is connected', () => {
    const pool = localPool({ echo: (value: unknown) => value });
    const bad: readonly (readonly [act: () => unknown, of: new () => Error, message: RegExp])[] = [
      [() => bullmqPool(1 as never, { connection }), TypeError, /^bullmqPool: queue must be a string, got 1$/],
      [
        () => bullmqPool('', { connection }),
        RangeError,
        /^bullmqPool: queue must not be empty nor contain a colon, got ''$/,
      ],
      [() => bullmqPool('a:b', { connection }), RangeError, /contain a colon, got 'a:b'$/],
      [() => bullmqPool('a', undefined as never), TypeError, /^bullmqPool: connection must be .*, got undefined$/],
      [
        () => bullmqPool('a', { connection: 6379 as never }),
        TypeError,
        /^bullmqPool: connection must be .*, got 6379$/,
      ],
      [
        () => bullmqPool('a', { connection: '127.0.0.1' }),
        TypeError,
        /connection must be a Redis URL, .*, got '127.0.0.1'$/,
      ],
      [
        () => bullmqPool('a', { connection: { isCluster: true } }),
        TypeError,
        /must be a single Redis .*, got a Cluster$/,
      ],
      [
        () => bullmqPool('a', { connection: {} }),
        TypeError,
        /^bullmqPool: connection must say where Redis is, by url, host, /,
      ],
      [() => bullmqPool('a', { connection: { host: undefined } }), TypeError, /must say where Redis is/],
      [() => bullmqPool('a', { connection: { password: 'x' } }), TypeError, /must say where Redis is/],
      [() => bullmqPool('a', { connection: Promise.resolve({}) }), TypeError, /got a Promise \(await it first\)$/],
      [() => bullmqPool('a', { connection: new Map() }), TypeError, /an ioredis client, got a Map$/],
      [() => bullmqPool('a', { connection: [] }), TypeError, /an ioredis client, got an array of 0$/],
      [
        () => bullmqPool('a', { connection: new URL('http://a') }),
        TypeError,
        /must be a Redis URL, .*, got 'http:\/\/a\/'$/,
      ],
      [() => bullmqPool('a', { connection: 'redis://' }), TypeError, /must be a Redis URL, .*, got 'redis:\/\/'$/],
      [
        () => bullmqPool('a', { connection: { url: 'localhost:6379' } }),
        TypeError,
        /connection.url must be a Redis URL, got/,
      ],
      [() => bullmqPool('a', { connection: `${connection}?keyPrefix=x` }), TypeError, /must have no keyPrefix/],
      [
        () => bullmqPool('a', { connection: { host: '' } }),
        TypeError,
        /connection.host must be a name or an address, got ''$/,
      ],
      [
        () => bullmqPool('a', { connection: { port: 65_536 } }),
        RangeError,
        /connection.port must be an integer from 1/,
      ],
      [() => bullmqPool('a', { connection: { port: Number.NaN } }), RangeError, /connection.port must be .*, got NaN$/],
      [
        () => bullmqPool('a', { connection: { host: 'a', readOnly: true } }),
        TypeError,
        /must have no readOnly: jobs are/,
      ],
      [() => bullmqPool('a', { connection: { host: 'a', monitor: true } }), TypeError, /must have no monitor: /],
      [
        () => serve(pool, { queue: 'a', connection: { sentinels: [{ host: 'a' }], name: 'm', role: 'slave' } }),
        TypeError,
        /^serve: connection must have no role: jobs are written/,
      ],
      [() => bullmqPool('a', { connection, refusalTimeout: -1 }), RangeError, /^bullmqPool: refusalTimeout must be/],
      [
        () => bullmqPool('a', { connection, onError: 1 as never }),
        TypeError,
        /^bullmqPool: onError must be a function/,
      ],
      [() => bullmqPool('a', { connection: { keyPrefix: 'x' } }), TypeError, /must have no keyPrefix/],
      [
        () => bullmqPool('a', { connection, prefix: 1 as never }),
        TypeError,
        /^bullmqPool: prefix must be a string, got 1$/,
      ],
      [
        () => bullmqPool('a', { connection, size: 0 }),
        RangeError,
        /^bullmqPool: size must be an integer, at least 1, got 0$/,
      ],
      [() => bullmqPool('a', { connection, maxPayload: -1 }), RangeError, /^bullmqPool: maxPayload must be an integer/],
      [
        () => bullmqPool('a', { connection, initTimeout: 0 }),
        RangeError,
        /^bullmqPool: initTimeout must be milliseconds/,
      ],
      [
        () => bullmqPool('a', { connection, checkInterval: 9 }),
        RangeError,
        /^bullmqPool: checkInterval must be .* from 10/,
      ],
      [
        () => bullmqPool('a', { connection, expireAfter: 99 }),
        RangeError,
        /^bullmqPool: expireAfter must be .* from 100/,
      ],
      [
        () => bullmqPool('a', { connection, concurrency: 1 } as never),
        TypeError,
        /^bullmqPool: options has no "concurrency"/,
      ],
      [
        () => serve({} as never, { queue: 'a', connection }),
        TypeError,
        /^serve: pool must be a pool made by .*, got an object$/,
      ],
      [() => serve(4 as never, { queue: 'a', connection }), TypeError, /^serve: pool must be .*, got 4$/],
      [() => serve(pool, { connection } as never), TypeError, /^serve: queue must be a string, got undefined$/],
      [() => serve(pool, { queue: 'a' } as never), TypeError, /^serve: connection must be .*, got undefined$/],
      [
        () => serve(pool, { queue: 'a', connection, concurrency: 0 }),
        RangeError,
        /^serve: concurrency must be an integer/,
      ],
      [
        () => serve(pool, { queue: 'a', connection, lockDuration: 1 }),
        RangeError,
        /^serve: lockDuration must be .* from 100/,
      ],
      [
        () => serve(pool, { queue: 'a', connection, stalledInterval: 1 }),
        RangeError,
        /^serve: stalledInterval must be/,
      ],
      [
        () => serve(pool, { queue: 'a', connection, maxStalledCount: -1 }),
        RangeError,
        /^serve: maxStalledCount must be/,
      ],
      [
        () => serve(pool, { queue: 'a', connection, onError: 1 as never }),
        TypeError,
        /^serve: onError must be a function, got 1$/,
      ],
      [() => serve(pool, { queue: 'a', connection, size: 1 } as never), TypeError, /^serve: options has no "size"/],
    ];
    for (const [act, of, message] of bad) {
      const error = thrown(act);
      expect(error).withContext(String(act)).toBeInstanceOf(of);
      expect(error.message).toMatch(message);
    }
  });

  it('have these defaults: nothing is connected before the first task', async () => {
    const pool = bullmqPool('a', { connection });
    expect(pool.size).toBe(64);
    expect(pool.stats().workers).toBe(0);
    await pool.close();
  });
});
