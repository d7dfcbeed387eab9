/** What tasks do, well and badly: runs in the workers. The input says which. */
import { Transfer, taskContext } from 'rxjs-parallel/worker';
import { threadId } from 'node:worker_threads';
import { type Book, Ledger, TORN_DOWN, UNPREPARED, UNKEPT } from './ledger.ts';
import { badLuckOf, fillersOf, indexOf, sizeOf, streamOf } from './plan.ts';

/** The plan, as far as a worker needs it. */
export interface Script {
  readonly book: Book;
  /** Of each stream. */
  readonly deeds: readonly (readonly Deed[])[];
}

/** What a pool's workers are given for their setup. */
export interface Data {
  /** How many calls are kept for each, how many workers have been set up, and torn down. */
  readonly counts: Int32Array;
  readonly setupMs: number;
  readonly teardownMs: number;
}
export const KEPT = 0;
export const SET_UP = 1;
export const TEARDOWNS = 2;

export const FALSY: readonly unknown[] = [undefined, null, 0, '', false, Number.NaN];
export const falsy = (code: number): unknown => FALSY[indexOf(code) % FALSY.length];

/** Thrown with a name, a cause and a property of its own. */
export class SoakError extends Error {
  static {
    this.prototype.name = 'SoakError';
  }
  readonly code: number;

  constructor(code: number) {
    super(`deed ${code}`, { cause: new RangeError(`cause ${code}`) });
    this.code = code;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const forever = (): Promise<never> => new Promise(() => {});

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** What tasks return again and again, changed each time. */
const returned = {
  row: { code: -1, filler: -1 },
  object: { code: -1 },
  numbers: new Uint32Array(3),
  map: new Map<string, number>(),
};

/** Each by its name: `code` is the task, `run` which run of it this is. */
const actions = {
  value: (code: number) => code,
  text: (code: number) => `text ${code}`,
  falsy,
  bytes(code: number) {
    const bytes = new Uint32Array(sizeOf(code)).fill(code);
    return Transfer(bytes, [bytes.buffer]);
  },
  again: (code: number) => Object.assign(returned.object, { code }),
  reused: (code: number) => returned.numbers.fill(code),
  emptied(code: number) {
    returned.map.clear();
    return returned.map.set('code', code);
  },
  blink: (code: number) => (spin(0.2), code),
  busy: (code: number) => (spin(1 + (code % 13)), code),
  nap: async (code: number) => (await pause(code % 11), code),
  patient: async (code: number) => (await Promise.race([pause(20), aborted(taskContext().signal)]), code),
  reports(code: number) {
    const { report } = taskContext();
    for (let times = 0; times < 20; times++) report({ code, times });
    return code;
  },
  stubborn: async (code: number) => (await pause(60), code),
  late: async (code: number) => (await Promise.resolve(), code),
  unlucky(code: number, run: number) {
    if (run <= badLuckOf(code)) throw new RangeError(`deed ${code} has no luck`);
    return code;
  },

  throw(code: number) {
    throw new RangeError(`deed ${code}`);
  },
  throwCustom(code: number) {
    throw new SoakError(code);
  },
  throwFalsy(code: number) {
    throw falsy(code);
  },
  throwFunction() {
    throw () => {};
  },
  async reject(code: number) {
    await pause(code % 5);
    throw new TypeError(`deed ${code}`);
  },
  resultFunction: () => () => {},
  argFunction: (code: number) => code,
  noCall: (code: number) => code,
  callThrows: (code: number) => code,

  exit: () => process.exit(3),
  async exitLate(code: number) {
    await pause(code % 7);
    process.exit(3);
  },
  uncaught(code: number) {
    setTimeout(() => {
      throw new SoakError(code);
    }, code % 5);
    return forever();
  },
  floating(code: number) {
    void Promise.reject(falsy(code));
    return forever();
  },
  exhaust() {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 1000 }, (_, at) => ({ at })));
  },
  flaky: (code: number, run: number) => (run === 1 ? process.exit(4) : code),
  stray(code: number) {
    setTimeout(() => {
      throw new SoakError(code);
    }, 2);
    return code;
  },

  loop() {
    for (;;);
  },
  never: forever,
  async wait(code: number) {
    await aborted(taskContext().signal);
    return code;
  },
} satisfies Record<string, (code: number, run: number) => unknown>;

export type Deed = keyof typeof actions;

/** Those that end in the turn in which they begin. */
const AT_ONCE: ReadonlySet<Deed> = new Set<Deed>([
  ...([
    'value',
    'text',
    'falsy',
    'bytes',
    'again',
    'reused',
    'emptied',
    'blink',
    'busy',
    'reports',
    'unlucky',
  ] as const),
  ...(['throw', 'throwCustom', 'throwFalsy', 'throwFunction', 'resultFunction', 'exit', 'flaky', 'loop'] as const),
]);

let script: Script;
let ledger: Ledger;
/** Undefined: nobody sets this worker up. */
let setups: number | undefined;
let tornDown = false;
let data: Data | undefined;
/** How many calls had been kept for each worker when this was set up, and those that it has made. */
let kept = 0;
const notes = new Set<number>();
const tried = new Set<number>();

/** `isSetUp`: whether `hooks` are the hooks of this worker. */
export function follow(given: Script, isSetUp: boolean = false): void {
  script = given;
  ledger = new Ledger(given.book);
  setups = isSetUp ? 0 : undefined;
}

export const hooks = {
  async setup(given: Data | undefined): Promise<void> {
    data = given;
    kept = data === undefined ? 0 : Atomics.load(data.counts, KEPT);
    await pause(data?.setupMs ?? 0);
    setups!++;
    if (data !== undefined) Atomics.add(data.counts, SET_UP, 1);
  },
  async teardown(): Promise<void> {
    tornDown = true;
    await pause(data?.teardownMs ?? 0);
    if (data !== undefined) Atomics.add(data.counts, TEARDOWNS, 1);
  },
};

/** The task begins: what it does, and which run of it this is. */
function begin(code: number): { deed: Deed; run: number } {
  const stream = streamOf(code);
  const index = indexOf(code);
  const deeds = script.deeds[stream]!;
  const run = ledger.begin(stream, index);
  if (setups !== undefined && setups !== 1) ledger.blame(stream, index, UNPREPARED);
  if (tornDown) ledger.blame(stream, index, TORN_DOWN);
  for (let call = 1; call <= kept; call++) if (!notes.has(call)) ledger.blame(stream, index, UNKEPT);
  return { deed: deeds[index % deeds.length]!, run };
}

const end = (code: number): void => ledger.end(streamOf(code), indexOf(code));

/** Does what the script says of this task, and keeps the ledger. */
function act(code: number): unknown {
  const { deed, run } = begin(code);
  let result: unknown;
  try {
    result = actions[deed](code, run);
  } catch (error) {
    end(code);
    throw error;
  }
  if (result instanceof Promise) return result.finally(() => end(code));
  end(code);
  return result;
}

/** A value before its own: an object of its own, one that is changed and given again, or bytes that are moved. */
function filling(code: number, filler: number): unknown {
  ledger.gives(streamOf(code), indexOf(code));
  if (filler % 3 === 0) return { code, filler };
  if (filler % 3 === 1) return Object.assign(returned.row, { code, filler });
  const bytes = new Uint32Array(3).fill(filler);
  return Transfer({ code, filler, bytes }, [bytes.buffer]);
}

/** Its own value, which says whose it is. */
function last(code: number, value: unknown): unknown {
  ledger.gives(streamOf(code), indexOf(code));
  if (!(value instanceof Object && 'send' in value)) return { code, last: value };
  const bytes = value.send as Uint32Array<ArrayBuffer>;
  return Transfer({ code, last: bytes }, [bytes.buffer]);
}

/** Some take their time to end. */
const isSlowToEnd = (code: number): boolean => indexOf(code) % 7 === 3;

function* atOnce(code: number): Generator {
  const { deed, run } = begin(code);
  const { report } = taskContext();
  try {
    // What is to be run again has given nothing.
    const early = deed === 'unlucky' ? actions[deed](code, run) : undefined;
    for (let filler = 0; filler < fillersOf(code); filler++) {
      if (filler % 50 === 0) report({ code, filler });
      yield filling(code, filler);
    }
    yield last(code, deed === 'unlucky' ? early : actions[deed](code, run));
  } finally {
    if (isSlowToEnd(code)) spin(3);
    end(code);
  }
}

async function* inTime(code: number): AsyncGenerator {
  const { deed, run } = begin(code);
  const { report } = taskContext();
  try {
    for (let filler = 0; filler < fillersOf(code); filler++) {
      if (filler % 50 === 0) report({ code, filler });
      yield filling(code, filler);
    }
    yield last(code, await actions[deed](code, run));
  } finally {
    if (isSlowToEnd(code)) await pause(10);
    end(code);
  }
}

/** What the workers expose. */
export const api = {
  number: (code: number): unknown => act(code),
  pair: (stream: number, index: number): unknown => act(stream * 2 ** 20 + index),
  object: (task: { readonly code: number }): unknown => act(task.code),
  /** All tasks of a stream are given the same `options`; a task that sees what another has put there was given no copy. */
  shared({ code, options }: { readonly code: number; readonly options: { readonly tags: number[] } }): unknown {
    return options.tags.push(code) === 1 ? act(code) : 'the input of another task';
  },
  moved: (task: { readonly code: number; readonly bytes: Uint32Array }): unknown =>
    task.bytes.length === sizeOf(task.code) && task.bytes.at(-1) === task.code ? act(task.code) : 'the bytes were lost',
  /** Its value is its last of many. */
  many({ code }: { readonly code: number }): Generator | AsyncGenerator {
    const deeds = script.deeds[streamOf(code)]!;
    return AT_ONCE.has(deeds[indexOf(code) % deeds.length]!) ? atOnce(code) : inTime(code);
  },
  /** The second of two chained streams. */
  pass: (value: unknown): unknown => value,
  /** A call beside the streams. */
  unwrap: ({ value }: { readonly value: number }): number => value,
  /** The same, which fails in each worker the first time. */
  unwrapLater({ value }: { readonly value: number }): number {
    if (tried.has(value)) return value;
    tried.add(value);
    throw new RangeError(`call ${value} has no luck`);
  },
  /** A call on every worker; 0: one that is not kept. */
  note(call: number): number {
    notes.add(call);
    return threadId;
  },
};

export type Api = typeof api;
