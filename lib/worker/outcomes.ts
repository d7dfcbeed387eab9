/** The outcomes of a batch, and the replies that carry them to the host. */
import { post } from '#port';
import { type Timer, clearTimeout, monotonic, setTimeout, timeOrigin } from '../primitives/clock.ts';
import { OTHER, largeBuffer, plainCopy, reachable, resultError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { REPLY, type ReplyMessage, type RunMessage } from '../protocol/messages.ts';
import { ownMoved, ownOther, pack } from './pack.ts';
import { isTransfer } from '../protocol/transferable.ts';

/** Outcomes are posted after this many ms, even if the batch goes on. */
const REPLY_EVERY = 10;
/** A value that is nested deeper, or holds more objects, may be too deep for the stack of the other side. */
const DEEPEST = 64;
const MANY = 200;

/** Milliseconds that posting the last reply took. */
let packing = 0;

/** The contents of one reply. */
class Part {
  readonly values: unknown[] = [];
  readonly failed: number[] = [];
  /** Which of the values hold errors. */
  readonly held: number[] = [];
  /** The objects that are moved, by the position of their value. */
  readonly transfer: (readonly object[])[] = [];
  readonly times: number[] = [];
  /** Whether all values are numbers. */
  numbers = true;
  /** Whether the reply has to be posted before the next task. */
  alone = false;
}

export class Outcomes {
  readonly #id: number;
  readonly #timed: boolean;
  /** The outcomes that were not posted yet. */
  #part = new Part();
  #from = 0;
  #since = 0;
  #due: Timer | undefined;
  #failureSent = false;

  constructor({ id, timed }: RunMessage) {
    this.#id = id;
    this.#timed = timed;
  }

  /** The first task of the batch is about to begin. */
  open(): void {
    this.#since = monotonic();
  }

  value(value: unknown): void {
    if (typeof value !== 'number') {
      this.#part.numbers = false;
      try {
        value = this.#own(value);
      } catch (cause) {
        return this.failure(resultError(messageOf(cause)));
      }
    }
    this.#part.values.push(value);
  }

  failure(error: unknown): void {
    this.#part.numbers = false;
    this.#part.failed.push(this.#part.values.length);
    this.#part.values.push(pack(error));
  }

  /** The task of the last outcome, which began at this time, has ended; returns whether a reply is to be posted before another begins. */
  ended(began: number): boolean {
    const ended = monotonic();
    if (this.#timed) this.#part.times.push(began, timeOrigin + ended);
    // At once after the first failure: it may end the stream, and then no further task should begin.
    const failing = this.#part.failed.length > 0 && !this.#failureSent;
    this.#failureSent ||= failing;
    return failing || this.#part.alone || ended - this.#since > REPLY_EVERY;
  }

  /** The running task waits for something: earlier outcomes must not wait with it. */
  waits(): void {
    if (this.#part.values.length > 0) this.#due ??= setTimeout(() => this.reply(false), REPLY_EVERY);
  }

  /** Posts the outcomes that were not posted yet. */
  reply(last: boolean): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    const { failed, held, numbers, times, transfer, values } = this.#part;
    if (values.length === 0 && !last) return;
    const replied = monotonic();
    const packed = numbers && values.length > 1 ? new Float64Array(values as number[]) : values;
    const reply: ReplyMessage = {
      type: REPLY,
      id: this.#id,
      from: this.#from,
      values: packed,
      failed: failed.length === 0 ? undefined : failed,
      held: held.length === 0 ? undefined : held,
      ms: replied - this.#since,
      packing,
      last,
      times: this.#timed ? new Float64Array(times) : undefined,
    };
    this.#from += values.length;
    this.#since = replied;
    this.#part = new Part();
    try {
      post(reply, packed === values ? transfer.flat() : [(packed as Float64Array).buffer]);
      packing = monotonic() - replied;
    } catch {
      replySingly(reply, transfer);
    }
  }

  /** A copy that later tasks cannot change. */
  #own(value: unknown): unknown {
    const moved = typeof value === 'object' && isTransfer(value) ? ownMoved(value, DEEPEST) : undefined;
    const copy = moved === undefined ? plainCopy(value, DEEPEST) : moved.value;
    const other = copy === OTHER ? ownOther(value) : undefined;
    const own = other === undefined ? copy : other.value;
    if (other?.held === true || moved?.packed === true) this.#part.held.push(this.#part.values.length);
    // A value that may be nested too deep to be read travels alone, so that it is known which one could not be read.
    else if ((other !== undefined || moved?.plain === false) && reachable(own).size > MANY) {
      this.reply(false);
      this.#part.alone = true;
    }
    const large = largeBuffer(own);
    if (moved !== undefined) this.#part.transfer[this.#part.values.length] = moved.transfer;
    else if (large !== undefined) this.#part.transfer[this.#part.values.length] = [large];
    return own;
  }
}

/** Posts each value of a reply by itself, because one of them cannot cross: that one becomes an error. */
function replySingly(reply: ReplyMessage, moves: readonly (readonly object[])[]): void {
  const { failed, from, held, last, ms, times, values } = reply;
  const count = values.length;
  for (let at = 0; at < count; at++) {
    const only = (list?: readonly number[]): number[] | undefined => (list?.includes(at) === true ? [0] : undefined);
    const single: ReplyMessage = {
      ...reply,
      from: from + at,
      values: [values[at]],
      failed: only(failed),
      held: only(held),
      ms: ms / count,
      packing: 0,
      last: last && at === count - 1,
      times: times?.slice(2 * at, 2 * at + 2),
    };
    try {
      post(single, moves[at]);
    } catch (cause) {
      post({ ...single, values: [pack(resultError(messageOf(cause)))], failed: [0], held: undefined });
    }
  }
}

/** Posts once more that a batch is over, because the host has not read its last reply. */
export function replyOver(id: number): void {
  post({ type: REPLY, id, from: Infinity, values: [], ms: 0, packing: 0, last: true } satisfies ReplyMessage);
}
