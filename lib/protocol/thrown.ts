/** Thrown values, packed to cross between threads or machines. Imports nothing, as both sides load it. */

/** A thrown value in packed form. */
export type Thrown = { readonly kind: 'value'; readonly value: unknown } | ThrownGraph;

/** An error, or a value that holds errors: they are in a table, so that a long chain of them does not become a deep value. */
export interface ThrownGraph {
  readonly kind: 'graph';
  /** The thrown value, with a mark in the place of each error. */
  readonly value: unknown;
  readonly errors: readonly ThrownError[];
  /** The mark of each error: an empty object, known by its identity. */
  readonly marks: readonly object[];
}

export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The name of the nearest built-in class. */
  readonly of: string;
  /** Whether the error is one of this library, not of the task. */
  readonly ours: boolean;
  /** Its own properties that can be read and can cross, with `cause` and `errors`. */
  readonly own: readonly ThrownProperty[];
}

/** `marked`: whether the value contains marks. */
export type ThrownProperty = readonly [key: string, value: unknown, enumerable: boolean, marked: boolean];

export const BUILT_IN: readonly string[] = [
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SuppressedError',
  'SyntaxError',
  'TypeError',
  'URIError',
];
export const OF_WASM = ['CompileError', 'LinkError', 'RuntimeError'] as const;
/** Properties with fields of their own in `ThrownError`. */
const STANDARD = ['name', 'message', 'stack'];
/** Properties that may be inherited getters, and whose parts become text where they cannot cross. */
const HOLDERS = ['cause', 'errors'];
/** The most errors of one graph: a getter may make ever new ones. */
const MOST_ERRORS = 1000;
/** The most objects that are searched for errors, and the most entries of an array; larger values are copied by `leaf`. */
const MOST_OBJECTS = 100_000;
/** The deepest nesting: a deeper value could not be read on the other side. */
const DEEPEST = 500;

/**
 * Packs a thrown value. `leaf` copies what is neither plain data nor an error, and throws where that cannot cross; `ours` says
 * whether an error is the library's own. Undefined where the value is no error and cannot cross.
 */
export function packThrown(
  thrown: unknown,
  leaf: (value: unknown) => unknown,
  ours: (error: object) => boolean,
): Thrown | undefined {
  return attempt(() => new Packing(leaf, ours).pack(thrown));
}

class Packing {
  readonly #leaf: (value: unknown) => unknown;
  readonly #ours: (error: object) => boolean;
  /** The errors that were found, with their marks. */
  readonly #marks = new Map<object, object>();
  readonly #copies = new Map<object, unknown>();
  /** The objects copied for the present property: their copies are incomplete if it turns out that it cannot cross. */
  #fresh: object[] = [];
  #objects = 0;
  /** Whether the present property contains marks. */
  #marked = false;
  #lenient = false;

  constructor(leaf: (value: unknown) => unknown, ours: (error: object) => boolean) {
    this.#leaf = leaf;
    this.#ours = ours;
  }

  pack(thrown: unknown): Thrown {
    const value = this.#part(thrown);
    if (this.#marks.size === 0) return { kind: 'value', value };
    const errors: ThrownError[] = [];
    // Grows meanwhile: packing an error may find others.
    for (const error of this.#marks.keys()) errors.push(this.#error(error));
    return { kind: 'graph', value, errors, marks: [...this.#marks.values()] };
  }

  #error(error: object): ThrownError {
    const read = (key: string): unknown => (error as Record<string, unknown>)[key];
    const of = attempt(() => classOf(error)) ?? 'Error';
    const name = attempt(() => text(read('name'))) ?? of;
    const message = said(() => read('message'));
    const own: ThrownProperty[] = [];
    const add = (key: string, enumerable: boolean): void => {
      this.#lenient = HOLDERS.includes(key);
      this.#marked = false;
      const found = attempt((): [unknown] | undefined => {
        const value = read(key);
        // An inherited property may be anything: a method, or a getter that returns nothing.
        const none = (value === undefined || typeof value === 'function') && !Object.hasOwn(error, key);
        return none ? undefined : [this.#part(value)];
      });
      if (found !== undefined) own.push([key, found[0], enumerable, this.#marked]);
    };
    const keys = attempt(() => Object.getOwnPropertyNames(error)) ?? [];
    for (const key of keys)
      if (!STANDARD.includes(key))
        add(key, attempt(() => Object.prototype.propertyIsEnumerable.call(error, key)) === true);
    for (const key of HOLDERS) if (!keys.includes(key) && attempt(() => key in error) === true) add(key, false);
    const ours = attempt(() => this.#ours(error)) === true;
    return { name, message, stack: attempt(() => stackOf(read('stack'), `${name}: ${message}`)), of, ours, own };
  }

  /** A copy of a value that crosses as a whole or not at all. */
  #part(value: unknown): unknown {
    this.#fresh = [];
    try {
      return this.#copy(value, 0);
    } catch (error) {
      for (const each of this.#fresh) this.#copies.delete(each);
      // Too large to be searched for errors.
      if (error === TOO_MUCH) return this.#leaf(value);
      throw error;
    }
  }

  #copy(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) {
      if (typeof value !== 'function' && typeof value !== 'symbol') return value;
      return this.#refuse(value, 'it cannot cross');
    }
    if (isError(value)) return this.#mark(value);
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (depth > DEEPEST) return this.#refuse(value, 'it is too deep');
    if (++this.#objects > MOST_OBJECTS) throw TOO_MUCH;
    const keep = <T>(copy: T): T => {
      this.#copies.set(value, copy);
      this.#fresh.push(value);
      return copy;
    };
    const inner = (each: unknown): unknown => this.#copy(each, depth + 1);
    const fill = (copy: object, keys: readonly string[]): object => {
      for (const key of keys) define(copy, key, inner((value as Record<string, unknown>)[key]), true);
      return copy;
    };
    if (Array.isArray(value)) {
      if (value.length > MOST_OBJECTS) throw TOO_MUCH;
      const copy: unknown[] = keep([]);
      copy.length = value.length;
      return fill(copy, Object.keys(value));
    }
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [key, each] of Map.prototype.entries.call(value)) copy.set(inner(key), inner(each));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const each of Set.prototype.values.call(value)) copy.add(inner(each));
      return copy;
    }
    if (Object.prototype.toString.call(value) === '[object Object]') {
      const keys = Object.keys(value);
      const prototype: unknown = Object.getPrototypeOf(value);
      // An object with hidden state (a key, a handle) has no properties, and mostly a tag of its own.
      if (prototype === null || prototype === Object.prototype || keys.length > 0) return fill(keep({}), keys);
    }
    try {
      return keep(this.#leaf(value));
    } catch (error) {
      return this.#refuse(value, error);
    }
  }

  #mark(error: object): unknown {
    const known = this.#marks.get(error);
    if (known === undefined && this.#marks.size >= MOST_ERRORS) return text(error);
    const mark = known ?? {};
    this.#marks.set(error, mark);
    this.#marked = true;
    return mark;
  }

  #refuse(value: unknown, why: unknown): string {
    if (this.#lenient) return text(value);
    throw why;
  }
}

const TOO_MUCH = {};

/** Defines a property, whatever its name is and whatever a prototype has under that name. */
export function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable });
}

/** The stack as text: a program's `Error.prepareStackTrace` may return anything, mostly a list of frames. */
export function stackOf(stack: unknown, title: string): string | undefined {
  if (Array.isArray(stack)) return [title, ...stack.map((frame) => `    at ${text(frame)}`)].join('\n');
  return typeof stack === 'string' ? stack : undefined;
}

/** Also true for an error of another realm (a `vm` context, a frame), whose class is a different one. */
function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  // A revoked Proxy throws.
  return attempt(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') === true;
}

/** The nearest built-in class in the prototype chain. */
function classOf(error: object): string {
  if (typeof DOMException === 'function' && error instanceof DOMException) return 'DOMException';
  if (typeof WebAssembly === 'object') for (const name of OF_WASM) if (error instanceof WebAssembly[name]) return name;
  for (let at: object | null = error; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = Object.hasOwn(at, 'constructor') ? (at.constructor as { name?: unknown }).name : undefined;
    if (typeof name === 'string' && BUILT_IN.includes(name)) return name;
  }
  return 'Error';
}

export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What `read` returns, as text, or the reason why it throws. */
function said(read: () => unknown): string {
  try {
    return text(read());
  } catch (error) {
    return `(its message cannot be read: ${text(error)})`;
  }
}

/** Any value as text; a thrown value may have no `toString`. */
export function text(value: unknown): string {
  return attempt(() => String(value)) ?? 'a value that cannot be shown';
}

/** The message of an error, or a thrown value as text. */
export function messageOf(thrown: unknown): string {
  return isError(thrown) ? said(() => thrown.message) : text(thrown);
}

/** The kind of a value that cannot be shown. */
export function kindOf(value: unknown): string {
  return attempt(() => Object.prototype.toString.call(value)) ?? 'what cannot be read (a revoked Proxy?)';
}
