/** What was thrown, made ready to cross between threads or machines. Imports nothing: both sides stand on it. */

/** Something that was thrown, ready to cross. */
export type Thrown = { readonly kind: 'value'; readonly value: unknown } | ThrownGraph;

/** An error, or a value that holds some: a table of them, so that however they hold one another no part of it is deep. */
export interface ThrownGraph {
  readonly kind: 'graph';
  /** What was thrown, with a mark in the place of each error. */
  readonly value: unknown;
  readonly errors: readonly ThrownError[];
  /** The mark of each error: an empty object, known by its identity. */
  readonly marks: readonly object[];
}

export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The built-in class it was an instance of. */
  readonly of: string;
  /** Raised by this library, not by the task. */
  readonly ours: boolean;
  /** Its own properties, `cause` and `errors` among them: those that can be read, and cross. */
  readonly own: readonly ThrownProperty[];
}

/** Its key, its value, whether it is enumerable, whether there are marks in it. */
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
/** Those that are packed by themselves. */
const STANDARD = ['name', 'message', 'stack'];
/** Those for which a text is better than nothing, and which may be inherited getters. */
const HOLDERS = ['cause', 'errors'];
/** Errors of one graph: a getter may make ever new ones. */
const MOST_ERRORS = 1000;
/** Objects that are looked through for errors; an array may be so long for each. What is larger crosses as it is. */
const MOST_OBJECTS = 100_000;
/** What is deeper could not be read on the other side. */
const DEEPEST = 500;

/**
 * Packs what was thrown. `leaf` copies what is neither plain data nor an error, and throws where it cannot cross;
 * `ours` says whether an error is the library's own. Undefined where what was thrown is no error, and cannot cross.
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
  /** The errors that have been found, and the mark of each. */
  readonly #marks = new Map<object, object>();
  readonly #copies = new Map<object, unknown>();
  /** What has been copied of the present property: if it cannot cross, these are not whole. */
  #fresh: object[] = [];
  #objects = 0;
  /** Whether there are marks in the present property. */
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
    // More are found meanwhile.
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
        // An inherited one may be anything: a method, or a getter that has nothing.
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

  /** A copy of something that crosses whole or not at all. */
  #part(value: unknown): unknown {
    this.#fresh = [];
    try {
      return this.#copy(value, 0);
    } catch (error) {
      for (const each of this.#fresh) this.#copies.delete(each);
      // Too much to be looked through: it crosses as it is.
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
      // What has state of another kind (a key, a handle) shows no properties; most tell of their class.
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

/** Sets a property, whatever it is called, and whatever stands under that name in a prototype. */
export function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable });
}

/** The stack as text: a program's `Error.prepareStackTrace` may make anything of it, a list of frames mostly. */
export function stackOf(stack: unknown, title: string): string | undefined {
  if (Array.isArray(stack)) return [title, ...stack.map((frame) => `    at ${text(frame)}`)].join('\n');
  return typeof stack === 'string' ? stack : undefined;
}

/** Also true of an error from another realm (a `vm` context, a frame), whose class is not ours. */
function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  // A revoked Proxy says nothing.
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

/** What `read` gives, as text, or why it does not. */
function said(read: () => unknown): string {
  try {
    return text(read());
  } catch (error) {
    return `(its message cannot be read: ${text(error)})`;
  }
}

/** A value as text, whatever it is: what was thrown may have no `toString`. */
export function text(value: unknown): string {
  return attempt(() => String(value)) ?? 'a value that cannot be shown';
}

/** What an error says; of what is no error, what it is. */
export function messageOf(thrown: unknown): string {
  return isError(thrown) ? said(() => thrown.message) : text(thrown);
}

/** What a value is that cannot be shown. */
export function kindOf(value: unknown): string {
  return attempt(() => Object.prototype.toString.call(value)) ?? 'what cannot be read (a revoked Proxy?)';
}
