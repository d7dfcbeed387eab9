/** What was thrown, on its way between threads or machines. Imports nothing: both sides stand on it. */

/** Something that was thrown, ready to cross. */
export type Thrown =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** The built-in class it was an instance of. */
      readonly of: string;
      /** Raised by this library, not by the task. */
      readonly ours: boolean;
      readonly cause: Thrown | undefined;
      readonly errors: readonly Thrown[] | undefined;
      readonly own: Readonly<Record<string, unknown>>;
    };

const BUILT_IN = [
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
];
const STANDARD = new Set(['name', 'message', 'stack', 'cause', 'errors']);
/** Chains of causes longer than this are cut: they may be circular. */
const DEPTH = 16;

/** Packs what was thrown; `cloneable` says whether a value can cross, `ours` whether an error is the library's own. */
export function packThrown(
  thrown: unknown,
  cloneable: (value: unknown) => boolean,
  ours: (error: object) => boolean = () => false,
  depth: number = DEPTH,
): Thrown | undefined {
  if (!isError(thrown)) return cloneable(thrown) ? { kind: 'value', value: thrown } : undefined;
  const inner = (value: unknown): Thrown =>
    (depth > 0 ? packThrown(value, cloneable, ours, depth - 1) : undefined) ?? {
      kind: 'value',
      value: text(value),
    };
  const own: Record<string, unknown> = {};
  for (const key of Object.keys(thrown)) {
    if (STANDARD.has(key)) continue;
    const value = attempt(() => (thrown as unknown as Record<string, unknown>)[key]);
    if (cloneable(value)) own[key] = value;
  }
  const errors = 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors : undefined;
  return {
    kind: 'error',
    name: text(attempt(() => thrown.name)),
    message: text(attempt(() => thrown.message)),
    stack: attempt(() => (typeof thrown.stack === 'string' ? thrown.stack : undefined)),
    of: classOf(thrown),
    ours: ours(thrown),
    cause: Object.hasOwn(thrown, 'cause') ? inner(attempt(() => thrown.cause)) : undefined,
    errors: errors?.map(inner),
    own,
  };
}

/** The opposite of `packThrown`; `ours` are the library's own classes by name. */
export function unpackThrown(
  packed: Thrown,
  ours: Readonly<Record<string, new (message: string) => Error>> = {},
): unknown {
  if (packed.kind === 'value') return packed.value;
  const error = build(packed, ours);
  const hide = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  };
  if (error.name !== packed.name && packed.of !== 'DOMException') hide('name', packed.name);
  if (packed.stack !== undefined) hide('stack', packed.stack);
  if (packed.cause !== undefined) hide('cause', unpackThrown(packed.cause, ours));
  if (packed.errors !== undefined)
    hide(
      'errors',
      packed.errors.map((each) => unpackThrown(each, ours)),
    );
  return Object.assign(error, packed.own);
}

function build(
  packed: Extract<Thrown, { kind: 'error' }>,
  ours: Readonly<Record<string, new (message: string) => Error>>,
): Error {
  const own = packed.ours && Object.hasOwn(ours, packed.name) ? ours[packed.name] : undefined;
  if (own !== undefined) return new own(packed.message);
  if (packed.of === 'DOMException' && typeof DOMException === 'function')
    return new DOMException(packed.message, packed.name);
  if (packed.of === 'AggregateError') return new AggregateError([], packed.message);
  if (!BUILT_IN.includes(packed.of)) return new Error(packed.message);
  return new (globalThis as unknown as Record<string, ErrorConstructor>)[packed.of]!(packed.message);
}

/** Also true of an error from another realm (a `vm` context, a frame), whose class is not ours. */
function isError(value: unknown): value is Error {
  if (value instanceof Error) return true;
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Error]';
}

/** The nearest built-in class in the prototype chain. */
function classOf(error: object): string {
  if (typeof DOMException === 'function' && error instanceof DOMException) return 'DOMException';
  for (let at: object | null = error; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = Object.hasOwn(at, 'constructor') ? (at.constructor as { name?: unknown }).name : undefined;
    if (typeof name === 'string' && BUILT_IN.includes(name)) return name;
  }
  return 'Error';
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A value as text, whatever it is: what was thrown may have no `toString`. */
export function text(value: unknown): string {
  return attempt(() => String(value)) ?? 'a value that cannot be shown';
}

/** What an error says; of what is no error, what it is. */
export function messageOf(thrown: unknown): string {
  return isError(thrown) ? text(attempt(() => thrown.message)) : text(thrown);
}
