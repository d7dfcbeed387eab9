/** Runs batches of calls in a worker: one task at a time, its outcomes sent back together. */
import { onExit, onUncaught, listen, post } from '#port';
import { ClosureError, CloneError } from '../errors.ts';
import {
  BEGUN,
  CELL,
  CLAIM,
  CUT,
  type CutMessage,
  DONE,
  OPEN,
  type OpenMessage,
  REPLY,
  type ReplyMessage,
  RUN,
  type RunMessage,
  type Thrown,
  UNCAUGHT,
  clock,
  endOf,
  nextOf,
  packThrown,
} from '../wire.ts';
import { RunningTask, enterTask } from './context.ts';
import { isTransfer } from './transfer.ts';

export type Api = Readonly<Record<string, unknown>>;

/** What is done is sent after so many ms, even if the batch goes on. */
const REPLY_EVERY = 10;

/** One batch on its way through the worker. */
class Run {
  readonly message: RunMessage;
  readonly #cells: Int32Array | undefined;
  readonly #at: number;
  /** Where memory is not shared, the end moves by messages. */
  #next = 0;
  #end: number;
  /** Which task runs, and its context if it asked for one. */
  offset = -1;
  task: RunningTask | undefined;

  #values: unknown[] = [];
  #failed: number[] = [];
  #transfer: unknown[] = [];
  #times: number[] = [];
  #numbers = true;
  #from = 0;
  #since: number = performance.now();

  constructor(message: RunMessage, cells: Int32Array | undefined) {
    this.message = message;
    this.#cells = message.slot < 0 ? undefined : cells;
    this.#at = message.slot * CELL;
    this.#end = message.count;
    if (this.#cells !== undefined) Atomics.store(this.#cells, this.#at + BEGUN, clock());
  }

  /** The next task to run, claimed so that the host cannot take it back; -1: none. */
  claim(): number {
    const cells = this.#cells;
    if (cells === undefined) return this.#next < this.#end ? this.#next++ : -1;
    const at = this.#at + CLAIM;
    for (;;) {
      const claim = Atomics.load(cells, at);
      if (nextOf(claim) >= endOf(claim)) return -1;
      if (Atomics.compareExchange(cells, at, claim, claim + 1) === claim) return nextOf(claim);
    }
  }

  /** Nothing from `end` on begins; what runs beyond it is cancelled. */
  cut(end: number): void {
    this.#end = Math.min(this.#end, end);
    if (this.offset >= this.#end) this.task?.abort();
  }

  readonly cancelled = (): boolean => {
    const end = this.#cells === undefined ? this.#end : endOf(Atomics.load(this.#cells, this.#at + CLAIM));
    return this.offset >= Math.min(end, this.#end);
  };

  readonly context = (): RunningTask => {
    const { index } = this.message;
    this.task ??= new RunningTask(
      typeof index === 'number' ? index + this.offset : index[this.offset]!,
      this.cancelled,
    );
    return this.task;
  };

  value(value: unknown): void {
    if (typeof value !== 'number') {
      this.#numbers = false;
      if (typeof value === 'object' && isTransfer(value)) {
        this.#transfer.push(...value.transferables);
        value = value.send;
      }
    }
    this.#values.push(value);
  }

  failure(error: unknown): void {
    this.#numbers = false;
    this.#failed.push(this.#values.length);
    this.#values.push(pack(error));
  }

  ended(began: number): void {
    this.task = undefined;
    if (this.#cells !== undefined) Atomics.store(this.#cells, this.#at + DONE, this.offset + 1);
    const now = performance.now();
    if (this.message.timed) this.#times.push(performance.timeOrigin + began, performance.timeOrigin + now);
    if (now - this.#since > REPLY_EVERY) this.reply(false);
  }

  /** Sends the outcomes that have not been sent. */
  reply(last: boolean): void {
    const values = this.#values;
    if (values.length === 0 && !last) return;
    const now = performance.now();
    const ms = now - this.#since;
    const failed = this.#failed.length === 0 ? undefined : this.#failed;
    const times = this.message.timed ? Float64Array.from(this.#times) : undefined;
    const packed = this.#numbers && values.length > 1 ? Float64Array.from(values as number[]) : values;
    const transfer = packed === values ? this.#transfer : [(packed as Float64Array).buffer];
    const from = this.#from;
    this.#from += values.length;
    this.#since = now;
    this.#values = [];
    this.#failed = [];
    this.#transfer = [];
    this.#times = [];
    this.#numbers = true;
    const reply: ReplyMessage = { type: REPLY, id: this.message.id, from, values: packed, failed, ms, last, times };
    try {
      post(reply, [...new Set(transfer)]);
    } catch {
      this.#replySingly(reply, transfer);
    }
  }

  /** One of the values cannot cross: each goes by itself, and that one as an error. */
  #replySingly(reply: ReplyMessage, transfer: readonly unknown[]): void {
    const { failed = [], from, id, ms, values } = reply;
    const count = values.length;
    for (let at = 0; at < count; at++) {
      const single: ReplyMessage = {
        type: REPLY,
        id,
        from: from + at,
        values: [values[at]],
        failed: failed.includes(at) ? [0] : undefined,
        ms: ms / count,
        last: reply.last && at === count - 1,
        times: reply.times?.slice(2 * at, 2 * at + 2),
      };
      try {
        // Alone again, a value may need what was to be moved for another: whoever cannot go without fails.
        post(single, count === 1 ? [] : movedBy(values[at], transfer));
      } catch (cause) {
        const error = new CloneError(
          `The result of the task cannot cross to the main thread: ${(cause as Error).message}`,
        );
        post({ ...single, values: [pack(error)], failed: [0] });
      }
    }
  }
}

/** Those of `transfer` that `value` is, or directly holds. */
function movedBy(value: unknown, transfer: readonly unknown[]): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = new Set<unknown>([value, ...Object.values(value), (value as { buffer?: unknown }).buffer]);
  return transfer.filter((each) => parts.has(each));
}

/** Takes messages from the host and runs `api`'s methods, one task at a time. */
export function serve(api: Api): void {
  const waiting: Run[] = [];
  let cells: Int32Array | undefined;
  let running: Run | undefined;
  const runAll = async (): Promise<void> => {
    for (;;) {
      running = waiting.shift();
      if (running === undefined) return;
      await runBatch(api, running);
    }
  };
  listen((data) => {
    const message = data as OpenMessage | RunMessage | CutMessage | null | undefined;
    if (message?.type === OPEN) cells = message.cells;
    else if (message?.type === RUN) {
      waiting.push(new Run(message, cells));
      if (running === undefined) void runAll();
    } else if (message?.type === CUT)
      [running, ...waiting].find((run) => run?.message.id === message.id)?.cut(message.end);
  });
  onUncaught((error) => {
    running?.reply(false);
    post({ type: UNCAUGHT, error: pack(error) });
  });
  onExit(() => running?.reply(false));
}

async function runBatch(api: Api, run: Run): Promise<void> {
  const { args, arity, method } = run.message;
  // The end of the arguments of the task before.
  let end = 0;
  let last = -1;
  for (;;) {
    const offset = run.claim();
    if (offset < 0) break;
    // None is skipped: `claim` gives each in turn.
    last = offset;
    const begin = end;
    end += typeof arity === 'number' ? arity : arity[offset]!;
    const began = run.message.timed ? performance.now() : 0;
    run.offset = offset;
    enterTask(run.context);
    try {
      const name = typeof method === 'string' ? method : method[offset]!;
      let value = end - begin === 1 ? call1(api, name, args[begin]) : call(api, name, args.slice(begin, end));
      if (isThenable(value)) value = await value;
      run.value(value);
    } catch (error) {
      run.failure(error);
    }
    run.ended(began);
  }
  if (last >= 0) enterTask(undefined);
  run.reply(true);
}

function call1(api: Api, name: string, arg: unknown): unknown {
  return methodOf(api, name).call(api, arg);
}

function call(api: Api, name: string, args: readonly unknown[] | Float64Array): unknown {
  return methodOf(api, name).apply(api, args as never);
}

/** A method by its name: own ones only, so that no name reaches what every object inherits. */
function methodOf(api: Api, name: string): (...args: unknown[]) => unknown {
  const method = Object.hasOwn(api, name) ? api[name] : undefined;
  if (typeof method === 'function') return method as (...args: unknown[]) => unknown;
  const names = Object.keys(api).filter((each) => typeof api[each] === 'function');
  throw new TypeError(`The worker exposes no method "${name}"; it exposes ${names.join(', ')}`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function pack(error: unknown): Thrown {
  const ours = (each: object): boolean => each instanceof CloneError || each instanceof ClosureError;
  const packed = packThrown(error, cloneable, ours);
  if (packed !== undefined) return packed;
  const thrown =
    typeof error === 'function' ? `a function (${error.name || 'anonymous'})` : Object.prototype.toString.call(error);
  return packThrown(
    new CloneError(`The task threw ${thrown}, which cannot cross to the main thread`),
    cloneable,
    ours,
  )!;
}

function cloneable(value: unknown): boolean {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return true;
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
