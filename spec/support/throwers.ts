/** What tasks may throw and return: exposed by ours and by threads.js's `expose`. */
import { Transfer } from '../../lib/worker/index.ts';

class ParseError extends SyntaxError {
  readonly line: number;
  readonly token: { readonly text: string };
  /** What cannot cross is omitted. */
  readonly retry: () => void = () => {};

  constructor(message: string, line: number) {
    super(message);
    this.name = 'ParseError';
    this.line = line;
    this.token = { text: 'x' };
  }
}

const thrown = {
  range: () => new RangeError('too far'),
  custom: () => new ParseError('bad token', 7),
  coded: () => Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -2 }),
  caused: () => new Error('outer', { cause: new TypeError('middle', { cause: 'inner' }) }),
  causedByUndefined: () => new Error('outer', { cause: undefined }),
  aggregate: () => new AggregateError([new RangeError('first'), 'second', new ParseError('third', 3)], 'several'),
  dom: () => new DOMException('given up', 'AbortError'),
  circular() {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    return error;
  },
  foreign: () => Object.setPrototypeOf(new Error('no prototype'), null) as unknown,
  frozen: () => Object.freeze(new Error('frozen')),
  nameless: () => Object.defineProperty(new Error('x'), 'message', { get: () => fail('message') }),
  undefined: () => undefined,
  null: () => null,
  zero: () => 0,
  empty: () => '',
  false: () => false,
  nan: () => NaN,
  text: () => 'just text',
  object: () => ({ status: 404, at: new Date(0) }),
  function: () => fail,
  symbol: () => Symbol('thrown'),
};
export type Throwable = keyof typeof thrown;

function fail(what: Throwable | 'message'): never {
  throw what === 'message' ? new Error('a getter') : thrown[what]();
}

export const throwers = {
  fail,
  async failLater(what: Throwable): Promise<never> {
    await Promise.resolve();
    return fail(what);
  },
  echo: (value: unknown): unknown => value,
  nested(depth: number): unknown {
    let value: unknown = 'innermost';
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { value } : [value];
    return value;
  },
  /** Where a view begins, and how long it and its buffer are. */
  boundsOf: ({ byteOffset, byteLength, buffer }: Uint8Array): number[] => [byteOffset, byteLength, buffer.byteLength],
  /** In Node: bytes that are part of the pool of `Buffer`. */
  pooled(value: string, moved: boolean): Uint8Array {
    const bytes = Buffer.from(value);
    return moved ? (Transfer(bytes, [bytes.buffer]) as never) : bytes;
  },
  size: (value: ArrayBuffer): number => value.byteLength,
  returnFunction: (): unknown => fail,
  /** An object whose property throws when it is cloned. */
  returnTrap: (): unknown => Object.defineProperty({}, 'x', { enumerable: true, get: () => fail('range') }),
  make: (size: number) => Transfer(new ArrayBuffer(size)),
  /** Moves a buffer here, and returns how much of it remains. */
  makeAndKeep(size: number) {
    const buffer = new ArrayBuffer(size);
    kept = buffer;
    return Transfer(buffer);
  },
  keptSize: (): number => kept.byteLength,
};
let kept = new ArrayBuffer(0);
export type Throwers = typeof throwers;
