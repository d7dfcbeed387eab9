/** Errors as libraries and careless programs make them. Each is thrown by a task. */
import { Transfer } from '../../lib/worker/index.ts';

class FieldError extends Error {
  readonly path: string;
  readonly code: string;

  constructor(path: string, code: string) {
    super(`${path} is wrong`);
    this.name = 'FieldError';
    this.path = path;
    this.code = code;
  }
}

const hidden = (target: object, key: string, value: unknown): void =>
  void Object.defineProperty(target, key, { value, enumerable: false });

const trap = (target: object, ...keys: string[]): object => {
  for (const key of keys)
    Object.defineProperty(target, key, {
      enumerable: true,
      get() {
        throw new Error(`the getter of ${key}`);
      },
    });
  return target;
};

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

/** Several errors, each of which has the one that holds them as its cause. */
function round(count: number): Error {
  const inner = Array.from({ length: count }, (_, n) => new FieldError(`f${n}`, 'E'));
  const outer = new AggregateError(inner, 'all failed');
  for (const each of inner) each.cause = outer;
  return outer;
}

/** Ever new errors, two of each. */
function endless(): Error {
  return Object.defineProperties(new Error('endless'), {
    cause: { get: endless, enumerable: true },
    errors: { get: () => [endless()], enumerable: true },
  });
}

function chain(length: number): Error {
  let error = new Error('0');
  for (let n = 1; n < length; n++) error = new Error(String(n), { cause: error });
  return error;
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let n = 0; n < depth; n++) value = { value };
  return value;
}

/** Two of each, ever new. */
const endlessData = (): object => ({
  get left(): object {
    return endlessData();
  },
  get right(): object {
    return endlessData();
  },
});

class Refused {
  readonly reason: unknown;
  constructor(reason: unknown) {
    this.reason = reason;
  }
}

const bytes = new Uint8Array(1000).fill(7);

export const odd = {
  byField: () =>
    Object.assign(new Error('validation failed'), {
      errors: { name: new FieldError('name', 'REQUIRED'), age: new FieldError('age', 'RANGE') },
    }),
  byMap: () => Object.assign(new Error('several'), { errors: new Map([['a', new FieldError('a', 'E1')]]) }),
  bySet: () => Object.assign(new Error('several'), { errors: new Set([new FieldError('a', 'E1')]) }),
  byText: () => Object.assign(new Error('several'), { errors: 'a, b' }),
  byGetter: () =>
    new (class extends Error {
      get errors(): unknown {
        return [new FieldError('x', 'E')];
      }
      override get cause(): unknown {
        return new FieldError('y', 'F');
      }
    })('inherited'),
  trapped: () => trap(Object.assign(new RangeError('trapped'), { kept: 1 }), 'errors', 'cause', 'own'),
  trappedStack: () => trap(new RangeError('no stack'), 'stack', 'name'),
  trappedMessage: () => trap(new RangeError(), 'message'),
  round: () => round(5),
  large: () => round(400),
  endless,
  chain: () => chain(500),
  shared() {
    const one = new FieldError('one', 'E');
    return Object.assign(new AggregateError([one, one], 'twice'), { cause: one, at: { also: [one] } });
  },
  issues() {
    const error = new Error('[...]');
    hidden(error, 'issues', [{ path: ['a', 0], code: 'invalid_type' }]);
    hidden(error, '_zod', { parse() {} });
    return error;
  },
  held: () =>
    Object.assign(new Error('holds'), {
      inner: new FieldError('inner', 'E1'),
      list: [new FieldError('list', 'E2')],
      deep: { map: new Map([['k', new FieldError('map', 'E3')]]), by: new Refused(new FieldError('class', 'E4')) },
    }),
  settled: () => [
    { status: 'rejected', reason: new DOMException('late', 'TimeoutError') },
    { status: 'rejected', reason: new FieldError('f', 'E') },
    { status: 'fulfilled', value: 1 },
  ],
  settledWithin: () =>
    Object.assign(new Error('some'), {
      results: [{ status: 'rejected', reason: new DOMException('late', 'TimeoutError') }],
    }),
  domWithCode: () =>
    Object.defineProperty(new DOMException('late', 'TimeoutError'), 'code', { value: 'X', enumerable: true }),
  domWithAll() {
    const error = new DOMException('late', 'TimeoutError');
    for (const key of ['name', 'message', 'code', 'stack', 'cause'])
      Object.defineProperty(error, key, { value: `own ${key}`, enumerable: true });
    return error;
  },
  runtime() {
    throw new WebAssembly.RuntimeError('unreachable');
  },
  compile: () => new WebAssembly.Module(new Uint8Array([1, 2, 3])),
  link: () => new WebAssembly.LinkError('no import'),
  suppressed() {
    const Suppressed = (globalThis as { SuppressedError?: new (...args: unknown[]) => Error }).SuppressedError;
    if (Suppressed !== undefined) return new Suppressed(new FieldError('a', 'A'), new FieldError('b', 'B'), 'both');
    return Object.assign(new Error('both'), {
      name: 'SuppressedError',
      error: new FieldError('a', 'A'),
      suppressed: new FieldError('b', 'B'),
    });
  },
  revoked: () => revoked(new Error('revoked')),
  revokedWithin: () => Object.assign(new Error('holds'), { gone: revoked({}), kept: 1, cause: revoked({}) }),
  proxied: () =>
    new Proxy(new TypeError('proxied'), {
      get() {
        throw new Error('no reading');
      },
    }),
  keyless: () =>
    new Proxy(new TypeError('keyless'), {
      ownKeys() {
        throw new Error('no keys');
      },
    }),
  noPrototype: () => Object.setPrototypeOf(Object.assign(new Error('bare'), { code: 'E' }), null) as unknown,
  symbols: () => Object.assign(new Error('odd'), { s: Symbol('s'), f() {}, n: 1n, kept: 1 }),
  oddKeys: () =>
    Object.defineProperties(new Error('odd'), {
      ['__proto__']: { value: { a: 1 }, enumerable: true },
      constructor: { value: 'c', enumerable: true },
      toString: { value: 't', enumerable: true },
    }),
  deep: () => Object.assign(new Error('deep'), { tree: nested(10_000), kept: 1 }),
  endlessData: () => Object.assign(new Error('endless data'), { tree: endlessData(), kept: 1 }),
  binary: () =>
    Object.assign(new Error('binary'), {
      bytes: bytes.subarray(10, 20),
      all: bytes,
      view: new DataView(bytes.buffer),
      part: new DataView(bytes.buffer, 20, 4),
    }),
  bulky: () => Object.assign(new Error('bulky'), { data: new Uint8Array(30_000_000), text: 'x'.repeat(1_000_000) }),
  manyObjects: () => Object.assign(new Error('many'), { rows: Array.from({ length: 150_000 }, (_, n) => ({ n })) }),
  longList: () => Object.assign(new Error('long'), { list: Array.from({ length: 1_000_000 }, (_, n) => n) }),
  sparse() {
    const list: number[] = [];
    list[4_000_000_000] = 1;
    return Object.assign(new Error('sparse'), { list });
  },
  leftOff() {
    const part = { list: [1, 2], bad() {} };
    return Object.assign(new Error('left off'), { first: { part }, second: { list: part.list } });
  },
};
export type Odd = keyof typeof odd;

let moved = new Uint8Array(0);
let reused: (Error & { seen?: number[] }) | undefined;

export const oddApi = {
  fail(what: Odd): never {
    throw odd[what]();
  },
  /** One error for all, that changes. */
  failAgain(n: number): never {
    reused ??= new Error('again');
    reused.seen ??= [];
    reused.seen.push(n);
    throw reused;
  },
  settle: (): unknown => odd.settled(),
  give: (what: Odd): unknown => odd[what](),
  /** An error beside bytes that are moved, and that it has, too. */
  giveMoved(n: number): unknown {
    moved = Uint8Array.of(n, n, n);
    const error = Object.assign(new RangeError('beside', { cause: n }), { code: 'E', bytes: moved });
    return Transfer({ error, bytes: moved, all: moved.buffer, at: new Date(n) }, [moved.buffer]);
  },
  leftOfMoved: (): number => moved.length,
  echo: <T>(value: T): T => value,
};
export type OddApi = typeof oddApi;
