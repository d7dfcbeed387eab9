/** What tasks do, well and badly: runs in the workers. The input says which. */
import { Transfer, taskContext } from 'rxjs-parallel/worker';
import { type Book, Ledger } from './ledger.ts';
import { fillersOf, indexOf, sizeOf, streamOf } from './plan.ts';

/** The plan, as far as a worker needs it. */
export interface Script {
  readonly book: Book;
  /** Of each stream. */
  readonly deeds: readonly (readonly Deed[])[];
}

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
const returned = { object: { code: -1 }, numbers: new Uint32Array(3), map: new Map<string, number>() };

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

let script: Script;
let ledger: Ledger;

export function follow(given: Script): void {
  script = given;
  ledger = new Ledger(given.book);
}

/** Does what the script says of this task, and keeps the ledger. */
function act(code: number): unknown {
  const stream = streamOf(code);
  const deeds = script.deeds[stream]!;
  const deed = deeds[indexOf(code) % deeds.length]!;
  const run = ledger.begin(stream, indexOf(code));
  let result: unknown;
  try {
    result = actions[deed](code, run);
  } catch (error) {
    ledger.end(stream);
    throw error;
  }
  if (result instanceof Promise) return result.finally(() => ledger.end(stream));
  ledger.end(stream);
  return result;
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
  async *many({ code }: { readonly code: number }): AsyncGenerator {
    for (let filler = 0; filler < fillersOf(code); filler++) yield { code, filler };
    yield act(code);
  },
  /** The second of two chained streams. */
  pass: (value: unknown): unknown => value,
  /** A call beside the streams. */
  unwrap: ({ value }: { readonly value: number }): number => value,
};

export type Api = typeof api;
