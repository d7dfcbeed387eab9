/**
 * What crosses between the host and a worker. Imports nothing: both sides stand on it.
 *
 * Our messages travel beside those of threads.js, which ignores types that it does not know.
 */

/** The method that marks a worker of ours among the methods that it exposes to threads.js. */
export const MARK = 'rxjs-parallel';

/** The one method of a worker for an inline function. As all our frames below a task's are, it is named `rxjs-parallel:`. */
export const INLINE = 'rxjs-parallel:inline';

export const OPEN = 'rxjs-parallel:open';
export const RUN = 'rxjs-parallel:run';
export const CUT = 'rxjs-parallel:cut';
export const SETUP = 'rxjs-parallel:setup';
export const REPLY = 'rxjs-parallel:reply';
export const BEGIN = 'rxjs-parallel:begin';
export const UNCAUGHT = 'rxjs-parallel:uncaught';
export const LOCK = 'rxjs-parallel:lock';

/** First message to a worker: the cells that both sides see, where memory can be shared. */
export interface OpenMessage {
  readonly type: typeof OPEN;
  readonly cells: Int32Array | undefined;
}

/** First message to an inline worker. `source` is absent where the worker's own text holds the function. */
export interface SetupMessage {
  readonly type: typeof SETUP;
  readonly source: string | undefined;
  readonly context: unknown;
}

/** A batch of calls, in columns: one entry where all tasks agree, else an entry a task. */
export interface RunMessage {
  readonly type: typeof RUN;
  readonly id: number;
  /** Which cell of the shared memory is this batch's; -1: none. */
  readonly slot: number;
  readonly count: number;
  readonly method: string | readonly string[];
  readonly arity: number | readonly number[];
  /** The arguments of all calls, one after another. */
  readonly args: readonly unknown[] | Float64Array;
  /** The number of the first value where they follow one another, else of each. */
  readonly index: number | readonly number[];
  /** Whether each task's start and end are wanted. */
  readonly timed: boolean;
}

/** From this offset on the batch is cancelled. */
export interface CutMessage {
  readonly type: typeof CUT;
  readonly id: number;
  readonly end: number;
}

/** A task has begun: sent where times are wanted, and the tasks are long enough to be watched. */
export interface BeginMessage {
  readonly type: typeof BEGIN;
  readonly id: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Outcomes of a batch, or of its next part. */
export interface ReplyMessage {
  readonly type: typeof REPLY;
  readonly id: number;
  /** The offset of the first outcome in its batch. */
  readonly from: number;
  readonly values: readonly unknown[] | Float64Array;
  /** Which of `values` are failures: positions in `values`, whose entries are then `Thrown`. */
  readonly failed: readonly number[] | undefined;
  /** Milliseconds that these took in the worker. */
  readonly ms: number;
  /** Whether the batch is over: what it has not told of by now has not run. */
  readonly last: boolean;
  /** Milliseconds that it took to send the reply before this one. */
  readonly packing: number;
  /** Start and end of each task, ms since the epoch, where they were wanted. */
  readonly times: Float64Array | undefined;
}

/** An error that nobody caught in the worker. */
export interface UncaughtMessage {
  readonly type: typeof UNCAUGHT;
  readonly error: Thrown;
}

/** Of the lock that a worker in a page holds for as long as it lives: first that it asks for one, then that it has it. */
export interface LockMessage {
  readonly type: typeof LOCK;
  /** Undefined until it has it, and where it is given none. */
  readonly name: string | undefined;
  readonly settled: boolean;
}

/** A cell of the shared memory: which of a batch's tasks are claimed, how far it may go, how many are done. */
export const CELL = 4;
/** In a cell: the next offset to claim in the low half, the end in the high half, so that one exchange moves both. */
export const CLAIM = 0;
/** In a cell: how many tasks have ended. */
export const DONE = 1;
/** In a cell: when the batch was begun, in ms of the clock's low 31 bits; -1 until then. */
export const BEGUN = 2;
/** Batches in flight to one worker never exceed this. */
export const SLOTS = 4;

export const nextOf = (claim: number): number => claim & 0xffff;
export const endOf = (claim: number): number => claim >>> 16;
export const claimOf = (next: number, end: number): number => (end << 16) | next;
/** Milliseconds that fit an Int32; differences are taken modulo 2³¹. */
export const clock = (): number => Date.now() & 0x7fffffff;

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
