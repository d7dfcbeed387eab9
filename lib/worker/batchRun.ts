/** One batch on its way through the worker: what may begin, what has come of it, what of that has been sent. */
import { post } from '#port';
import { type Timer, clearTimeout, clock, monotonic, now, setTimeout, timeOrigin } from '../primitives/clock.ts';
import { ClosureError, CloneError } from '../api/errors.ts';
import { type Thrown, attempt, kindOf, messageOf, packThrown, text } from '../protocol/thrown.ts';
import {
  ASK,
  ASKED,
  type AskMessage,
  BEGIN,
  BEGUN,
  type BeginMessage,
  CELL,
  CLAIM,
  DONE,
  LATE,
  REPLY,
  type ReplyMessage,
  type RunMessage,
  SIGNAL,
  endOf,
  nextOf,
} from '../protocol/messages.ts';
import { OTHER, cut, largeBuffer, move, plainCopy, reachable, resultError } from '../protocol/snapshot.ts';
import { RunningTask, type Stop } from '../protocol/taskContext.ts';
import { isTransfer } from '../protocol/transferable.ts';

/** What is done is sent after so many ms, even if the batch goes on. */
const REPLY_EVERY = 10;
/** What is nested deeper may be too deep for the stack of the other side; so may be what holds more objects than so many. */
const DEEPEST = 64;
const MANY = 200;
/** The beginning of a task is told at once, but no more often than so many ms apart. */
const BEGIN_EVERY = 5;

/** Milliseconds that the last reply took to send. */
let packing = 0;

export class BatchRun {
  readonly message: RunMessage;
  readonly #cells: Int32Array | undefined;
  readonly #at: number;
  /** Where memory is not shared, the end moves by messages. */
  #next = 0;
  #end: number;
  #late = false;
  /** Which task runs, and its context if it asked for one. */
  offset = -1;
  task: RunningTask | undefined;

  #values: unknown[] = [];
  #failed: number[] = [];
  /** Which of the values hold errors. */
  #held: number[] = [];
  /** What is moved for each value that moves something. */
  #transfer: (readonly object[])[] = [];
  /** Whether what has ended is to be sent at once, by itself. */
  #alone = false;
  #times: number[] = [];
  #numbers = true;
  #from = 0;
  #since = 0;
  #due: Timer | undefined;
  /** When the last task's beginning was told. */
  #told = -Infinity;
  #failureTold = false;

  constructor(message: RunMessage, cells: Int32Array | undefined) {
    this.message = message;
    this.#cells = message.cellIndex < 0 ? undefined : cells;
    this.#at = message.cellIndex * CELL;
    this.#end = message.count;
  }

  /** Its turn has come. */
  open(): void {
    this.#since = monotonic();
    if (this.#cells !== undefined) Atomics.store(this.#cells, this.#at + BEGUN, clock());
  }

  /** Where no memory is shared: tells that the worker has come to it. */
  tell(): void {
    if (this.#cells === undefined)
      post({ type: BEGIN, id: this.message.id, offset: 0, time: now() } satisfies BeginMessage);
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

  /** Whether a task may follow; if none does, the last reply comes at once anyway. */
  get #more(): boolean {
    if (this.#cells === undefined) return this.#next < this.#end;
    const claim = Atomics.load(this.#cells, this.#at + CLAIM);
    return nextOf(claim) < endOf(claim);
  }

  /** A task begins; returns when, where times are wanted. */
  begin(offset: number): number {
    this.offset = offset;
    if (!this.message.timed) return 0;
    const began = monotonic();
    if (began - this.#told > BEGIN_EVERY) {
      this.#told = began;
      post({ type: BEGIN, id: this.message.id, offset, time: timeOrigin + began } satisfies BeginMessage);
    }
    return began;
  }

  /** Nothing from `end` on begins; what runs beyond it has to stop, for its time is up (`late`) or nobody waits for it. */
  cancel(end: number, late: boolean): void {
    this.#end = Math.min(this.#end, end);
    this.#late ||= late;
    const why = this.#stopped();
    if (why !== undefined) this.task?.abort(why);
  }

  readonly #stopped = (): Stop | undefined => {
    // The signal of a task that has ended may still be asked: the cell is another's by then.
    if (this.task === undefined) return undefined;
    const end = this.#cells === undefined ? this.#end : endOf(Atomics.load(this.#cells, this.#at + CLAIM));
    if (this.offset < Math.min(end, this.#end)) return undefined;
    const late = this.#cells === undefined ? this.#late : Atomics.load(this.#cells, this.#at + SIGNAL) === LATE;
    return late ? 'timeout' : 'cancel';
  };

  /** Only a task that travels alone has a timeout: nobody looks at what others have asked for. */
  readonly #asked = (): void => {
    const { count, id } = this.message;
    if (count > 1 || this.task === undefined) return;
    if (this.#cells !== undefined) Atomics.compareExchange(this.#cells, this.#at + SIGNAL, 0, ASKED);
    else post({ type: ASK, id } satisfies AskMessage);
  };

  readonly context = (): RunningTask => {
    const { index } = this.message;
    this.task ??= new RunningTask(
      typeof index === 'number' ? index + this.offset : index[this.offset]!,
      this.#stopped,
      this.#asked,
    );
    return this.task;
  };

  value(value: unknown): void {
    if (typeof value !== 'number') {
      this.#numbers = false;
      try {
        value = this.#own(value);
      } catch (cause) {
        return this.failure(resultError(messageOf(cause)));
      }
    }
    this.#values.push(value);
  }

  /** A copy that no later task can change. */
  #own(value: unknown): unknown {
    const moved =
      typeof value === 'object' && isTransfer(value) ? move(value.send, value.transferables, DEEPEST) : undefined;
    const copy = moved === undefined ? plainCopy(value, DEEPEST) : moved.value;
    // Cloned, errors would lose their class and all that is their own; some hosts make an empty object of a DOMException.
    const packed = copy === OTHER ? packThrown(value, leaf, isOurs) : undefined;
    if (packed?.kind === 'graph') {
      this.#held.push(this.#values.length);
      return packed;
    }
    const own = copy === OTHER ? cut(structuredClone(value)) : copy;
    // What may be nested too deep to be read travels alone: then it is known what could not be read.
    if ((copy === OTHER || moved?.plain === false) && reachable(own).size > MANY) {
      this.reply(false);
      this.#alone = true;
    }
    const large = largeBuffer(own);
    if (moved !== undefined) this.#transfer[this.#values.length] = moved.transfer;
    else if (large !== undefined) this.#transfer[this.#values.length] = [large];
    return own;
  }

  failure(error: unknown): void {
    this.#numbers = false;
    this.#failed.push(this.#values.length);
    this.#values.push(pack(error));
  }

  ended(began: number): void {
    this.task = undefined;
    if (this.#cells !== undefined) Atomics.store(this.#cells, this.#at + DONE, this.offset + 1);
    const ended = monotonic();
    if (this.message.timed) this.#times.push(timeOrigin + began, timeOrigin + ended);
    // The first failure may end the stream: what comes after it should not begin.
    const failing = this.#failed.length > 0 && !this.#failureTold;
    this.#failureTold ||= failing;
    const due = failing || this.#alone || ended - this.#since > REPLY_EVERY;
    if (due && this.#more) this.reply(false);
  }

  /** The task that runs waits for something: what has ended before it does not wait with it. */
  waits(): void {
    if (this.#values.length > 0) this.#due ??= setTimeout(() => this.reply(false), REPLY_EVERY);
  }

  /** Sends the outcomes that have not been sent. */
  reply(last: boolean): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    const values = this.#values;
    if (values.length === 0 && !last) return;
    const replied = monotonic();
    const ms = replied - this.#since;
    const failed = this.#failed.length === 0 ? undefined : this.#failed;
    const held = this.#held.length === 0 ? {} : { held: this.#held };
    const times = this.message.timed ? new Float64Array(this.#times) : undefined;
    const packed = this.#numbers && values.length > 1 ? new Float64Array(values as number[]) : values;
    const moves = this.#transfer;
    const transfer = packed === values ? moves.flat() : [(packed as Float64Array).buffer];
    const from = this.#from;
    this.#from += values.length;
    this.#since = replied;
    this.#values = [];
    this.#failed = [];
    this.#held = [];
    this.#transfer = [];
    this.#alone = false;
    this.#times = [];
    this.#numbers = true;
    const reply: ReplyMessage = {
      type: REPLY,
      id: this.message.id,
      from,
      values: packed,
      failed,
      ...held,
      ms,
      packing,
      last,
      times,
    };
    try {
      post(reply, transfer);
      packing = monotonic() - replied;
    } catch {
      this.#replySingly(reply, moves);
    }
  }

  /** One of the values cannot cross: each goes by itself, and that one as an error. */
  #replySingly(reply: ReplyMessage, moves: readonly (readonly object[])[]): void {
    const { failed = [], from, held = [], id, ms, values } = reply;
    const count = values.length;
    for (let at = 0; at < count; at++) {
      const single: ReplyMessage = {
        type: REPLY,
        id,
        from: from + at,
        values: [values[at]],
        failed: failed.includes(at) ? [0] : undefined,
        ...(held.includes(at) ? { held: [0] } : {}),
        ms: ms / count,
        packing: 0,
        last: reply.last && at === count - 1,
        times: reply.times?.slice(2 * at, 2 * at + 2),
      };
      try {
        post(single, moves[at]);
      } catch (cause) {
        post({ ...single, values: [pack(resultError(messageOf(cause)))], failed: [0], held: [] });
      }
    }
  }
}

/** A batch is over, all that came of it has been sent, and the host has not seen its end. */
export function tellOver(id: number): void {
  const nothing = { values: [], failed: undefined, ms: 0, packing: 0, times: undefined };
  post({ type: REPLY, id, from: Infinity, last: true, ...nothing } satisfies ReplyMessage);
}

const isOurs = (error: object): boolean => error instanceof CloneError || error instanceof ClosureError;

export function pack(error: unknown): Thrown {
  const packed = packThrown(error, leaf, isOurs);
  if (packed !== undefined) return packed;
  const named = (fn: { readonly name: unknown }): string => text(attempt(() => fn.name)).replace(/^$/, 'anonymous');
  const kind = typeof error === 'function' ? `a function (${named(error)})` : kindOf(error);
  return packThrown(new CloneError(`The task threw ${kind}, which cannot cross to the main thread`), leaf, isOurs)!;
}

/** A copy of what is no plain data; of a view, only what it shows. */
function leaf(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && !(value instanceof DataView))
    return slice.call(value);
  return structuredClone(value);
}

const { slice } = Uint8Array.prototype;
