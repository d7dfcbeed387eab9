import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { CloneError, ParallelError, localPool } from '../../lib/index.ts';
import { type Served, bullmqPool, serve } from '../../lib/bullmq/index.ts';
import { RedisServer } from '../support/redis.ts';

const api = () => ({
  echo: (value: any): any => value,
  /** What no copy of the value from here could hide. */
  show: (value: any): string => inspect(value, { depth: 9 }),
  make: (name: string): any => REFUSED[name]!(),
  large: (length: number): string => 'x'.repeat(length),
  fail(name: string): never {
    throw THROWN[name]!();
  },
});

class Point {
  x = 1;
}

const circular: { self?: unknown; list: unknown[] } = { list: [] };
circular.self = circular;
circular.list.push(circular);
const shared = { n: 1 };
const sparse = [1];
sparse[2] = 3;
const verySparse: unknown[] = [];
verySparse[1000] = 'far';
const bytes = Uint8Array.of(0, 1, 2, 254, 255);

/** Values that arrive as they were. */
const FAITHFUL: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['zero', 0],
  ['minus zero', -0],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['the smallest number', Number.MIN_VALUE],
  ['the largest integer', Number.MAX_SAFE_INTEGER],
  ['an empty string', ''],
  ['text', 'naïve ☃ 😀 \u0000 \u2028 "quoted" \\ </script>'],
  ['half a surrogate pair', 'a\ud800b'],
  ['text that looks like a number', '1'],
  ['false', false],
  ['a bigint', -(2n ** 100n)],
  ['a Date', new Date(0)],
  ['a RegExp', /a\/(?<x>b)/giu],
  [
    'a Map of what no JSON has',
    new Map<unknown, unknown>([
      [undefined, Number.NaN],
      [{ a: 1 }, new Map([[1n, -0]])],
    ]),
  ],
  ['a Set', new Set<unknown>([1, '1', undefined, new Set([new Date(5)])])],
  ['an empty Map', new Map()],
  ['an array of undefined and null', [undefined, null, [undefined]]],
  ['a property that is undefined', { a: undefined, b: null }],
  ['keys that look like others', { '': 1, '0': 2, 'a b': 3, then: 4, constructor: 5, toString: 6, $: 7 }],
  ['a boxed number', new Number(5)],
  ['an ArrayBuffer', bytes.buffer],
  ['a DataView', new DataView(bytes.buffer, 1, 3)],
  ['Int8Array', Int8Array.of(-1, 1)],
  ['Uint8Array', bytes],
  ['a part of a buffer', bytes.subarray(1, 3)],
  ['Uint8ClampedArray', Uint8ClampedArray.of(1, 255)],
  ['Int16Array', Int16Array.of(-300, 300)],
  ['Uint16Array', Uint16Array.of(60_000)],
  ['Int32Array', Int32Array.of(-(2 ** 31))],
  ['Uint32Array', Uint32Array.of(2 ** 32 - 1)],
  ['Float32Array', Float32Array.of(0.5, -0, Number.NaN)],
  ['Float64Array', Float64Array.of(0.1, Infinity, -0)],
  ['BigInt64Array', BigInt64Array.of(-(2n ** 63n))],
  ['BigUint64Array', BigUint64Array.of(2n ** 64n - 1n)],
  ['an empty typed array', new Uint8Array(0)],
];

/** Values that cannot arrive as they were, and are refused as arguments; some of them threads change on their way to the queue. */
const REFUSED: Readonly<Record<string, () => unknown>> = {
  'a function': () => () => 1,
  'a function deep inside': () => ({ a: [new Map([[1, () => 1]])] }),
  'a symbol': () => Symbol('a'),
  'an instance of a class': () => new Point(),
  'a key that is a symbol': () => ({ [Symbol('a')]: 1 }),
  'an own key __proto__': () => JSON.parse('{"__proto__": {"a": 1}}'),
  'an array with a property': () => Object.assign([1, 2], { name: 3 }),
  'shared memory': () => new SharedArrayBuffer(8),
  'an array on shared memory': () => new Uint8Array(new SharedArrayBuffer(8)),
  'a buffer that can grow': () => new (ArrayBuffer as any)(8, { maxByteLength: 16 }),
  'a WeakMap': () => new WeakMap(),
  'a URL': () => new URL('http://example.org/?a=1#b'),
  URLSearchParams: () => new URLSearchParams('a=1&a=2'),
  'a Blob': () => new Blob(['a']),
};

/** As results they are what structured clone makes of them, as between threads. */
const CHANGED = new Set(['an instance of a class', 'a key that is a symbol', 'a Blob', 'a URL', 'URLSearchParams']);

/** What tasks throw. */
const THROWN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  zero: () => 0,
  'an empty string': () => '',
  null: () => null,
  'a Map': () => new Map([[1, Number.NaN]]),
  'a function': () => () => 1,
  'a large error': () => new Error('x'.repeat(20_000)),
  'an error that holds itself': () => {
    const error = new Error('a');
    return Object.assign(error, { self: error, f() {}, n: 1 });
  },
};

describe('What crosses a queue', () => {
  let redis: RedisServer;
  let server: Served;
  let pool: ReturnType<typeof bullmqPool<ReturnType<typeof api>>>;

  beforeAll(async () => {
    redis = await RedisServer.start();
    const { connection } = redis;
    // It copies as threads do.
    server = serve(localPool(api()), { queue: 'crossing', connection, maxPayload: 10_000 });
    pool = bullmqPool('crossing', { connection, maxPayload: 10_000 });
  });
  afterAll(async () => {
    await pool.close();
    await server.close();
    expect(await redis.remaining('crossing')).toEqual([]);
    await redis.end();
  });

  const reason = (promise: Promise<unknown>): Promise<any> =>
    promise.then(
      () => Promise.reject(new Error('It did not reject')),
      (error: unknown) => error,
    );

  for (const [name, value] of FAITHFUL)
    it(`arrives as it was: ${name}`, async () => {
      expect(await pool.run((worker) => worker.show(value))).toBe(api().show(value));
      const back = await pool.run((worker) => worker.echo(value));
      // Distinguishes -0 from 0, and prototypes from one another.
      expect(() => deepStrictEqual(back, value)).not.toThrow();
    });

  it('arrives as it was: an invalid Date', async () => {
    const back = await pool.run((worker) => worker.echo(new Date(Number.NaN)));
    expect(back).toBeInstanceOf(Date);
    expect(back.getTime()).toBeNaN();
  });

  it('arrives as it was: holes in an array', async () => {
    const back = await pool.run((worker) => worker.echo([sparse, verySparse]));
    expect(back[0]).toEqual(sparse);
    expect(1 in back[0]).toBeFalse();
    expect(back[1].length).toBe(1001);
    expect(Object.keys(back[1])).toEqual(['1000']);
  });

  it('arrives as it was: what holds itself, and what is in two places', async () => {
    const [round, one, two] = await pool.run((worker) => worker.echo([circular, shared, shared]));
    expect(round.self).toBe(round);
    expect(round.list[0]).toBe(round);
    expect(one).toEqual(shared);
    expect(two).toBe(one);
  });

  it('arrives as it was: an error, as an argument and as a result', async () => {
    const error = Object.assign(new RangeError('outer', { cause: new TypeError('inner', { cause: 0 }) }), {
      code: 'E1',
    });
    const back = await pool.run((worker) => worker.echo({ error, also: [new SyntaxError('held')] }));
    expect(back.also[0]).toBeInstanceOf(SyntaxError);
    expect(back.error).toBeInstanceOf(RangeError);
    expect(back.error.message).toBe('outer');
    expect(back.error.stack).toBe(error.stack);
    expect(back.error.cause).toBeInstanceOf(TypeError);
    expect(back.error.cause.cause).toBe(0);
    expect(back.error).not.toBeInstanceOf(ParallelError);
  });

  it('arrives as a Uint8Array: a Buffer', async () => {
    const back = await pool.run((worker) => worker.echo(Buffer.from('bytes')));
    expect(back).toEqual(new Uint8Array(Buffer.from('bytes')));
  });

  for (const [name, make] of Object.entries(REFUSED)) {
    it(`is refused as an argument: ${name}`, async () => {
      const error = await reason(pool.run((worker) => worker.echo(make())));
      expect(error).toBeInstanceOf(CloneError);
      expect(error.message).toMatch(/^The argument of echo\(\) cannot cross to another machine: /);
    });

    if (!CHANGED.has(name))
      it(`is refused as a result: ${name}`, async () => {
        const error = await reason(pool.run((worker) => worker.make(name)));
        expect(error).toBeInstanceOf(CloneError);
        expect(error.message).toMatch(
          /^The result of (?:make\(\) cannot cross to another machine|the task cannot cross to the main thread): /,
        );
      });
  }

  it('is thrown as it was: what can cross', async () => {
    for (const name of ['undefined', 'zero', 'an empty string', 'null', 'a Map'])
      expect(await reason(pool.run((worker) => worker.fail(name)))).toEqual(THROWN[name]!());
  });

  it('is thrown as a CloneError: what cannot', async () => {
    const error = await reason(pool.run((worker) => worker.fail('a function')));
    expect(error).toBeInstanceOf(CloneError);
    expect(error.message).toContain('The task threw [object Function]');
  });

  it('is thrown without what of it cannot cross', async () => {
    const error = await reason(pool.run((worker) => worker.fail('an error that holds itself')));
    expect(error.message).toBe('a');
    expect(error.n).toBe(1);
    expect('f' in error).toBeFalse();
    expect(error.self).toBe(error);
  });

  it('is refused where it is larger than maxPayload, with both sizes', async () => {
    const argument = await reason(pool.run((worker) => worker.echo('é'.repeat(6000))));
    expect(argument).toBeInstanceOf(CloneError);
    expect(argument.message).toMatch(
      /^The argument of echo\(\) cannot cross .*as text it has 120\d\d bytes, more than maxPayload \(10000\)$/,
    );
    const result = await reason(pool.run((worker) => worker.large(20_000)));
    expect(result).toBeInstanceOf(CloneError);
    expect(result.message).toMatch(/^The result of large\(\) .*more than maxPayload \(10000\)$/);
    const thrown = await reason(pool.run((worker) => worker.fail('a large error')));
    expect(thrown).toBeInstanceOf(CloneError);
    expect(thrown.message).toContain('maxPayload (10000)');
    expect(await pool.run((worker) => worker.echo('x'.repeat(9000)))).toBe('x'.repeat(9000));
  });
});
