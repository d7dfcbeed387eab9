/** What has come of the tasks of a batch, and the replies that carry it to the host. */
import { post } from '#port';
import { type Timer, clearTimeout, monotonic, setTimeout, timeOrigin } from '../primitives/clock.ts';
import { OTHER, largeBuffer, plainCopy, reachable, resultError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { REPLY, type ReplyMessage, type RunMessage } from '../protocol/messages.ts';
import { ownMoved, ownOther, pack } from './pack.ts';
import { isTransfer } from '../protocol/transferable.ts';

/** What is done is sent after so many ms, even if the batch goes on. */
const REPLY_EVERY = 10;
/** What is nested deeper may be too deep for the stack of the other side; so may be what holds more objects than so many. */
const DEEPEST = 64;
const MANY = 200;

/** Milliseconds that the last reply took to send. */
let packing = 0;

/** What one reply carries. */
class Part {
  readonly values: unknown[] = [];
  readonly failed: number[] = [];
  /** Which of the values hold errors. */
  readonly held: number[] = [];
  /** What is moved for each value that moves something. */
  readonly transfer: (readonly object[])[] = [];
  readonly times: number[] = [];
  /** Whether all values are numbers. */
  numbers = true;
  /** Whether it is to be sent at once, by itself. */
  alone = false;
}

export class Outcomes {
  readonly #id: number;
  readonly #timed: boolean;
  /** What has ended, and has not been sent. */
  #part = new Part();
  #from = 0;
  #since = 0;
  #due: Timer | undefined;
  #failureSent = false;

  constructor({ id, timed }: RunMessage) {
    this.#id = id;
    this.#timed = timed;
  }

  /** Its first task is about to begin. */
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

  /** The task whose outcome came last has ended; returns whether that is to be sent before another begins. */
  ended(began: number): boolean {
    const ended = monotonic();
    if (this.#timed) this.#part.times.push(timeOrigin + began, timeOrigin + ended);
    // The first failure may end the stream: what comes after it should not begin.
    const failing = this.#part.failed.length > 0 && !this.#failureSent;
    this.#failureSent ||= failing;
    return failing || this.#part.alone || ended - this.#since > REPLY_EVERY;
  }

  /** The task that runs waits for something: what has ended before it does not wait with it. */
  waits(): void {
    if (this.#part.values.length > 0) this.#due ??= setTimeout(() => this.reply(false), REPLY_EVERY);
  }

  /** Sends the outcomes that have not been sent. */
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

  /** A copy that no later task can change. */
  #own(value: unknown): unknown {
    const moved = typeof value === 'object' && isTransfer(value) ? ownMoved(value, DEEPEST) : undefined;
    const copy = moved === undefined ? plainCopy(value, DEEPEST) : moved.value;
    const other = copy === OTHER ? ownOther(value) : undefined;
    const own = other === undefined ? copy : other.value;
    if (other?.held === true || moved?.packed === true) this.#part.held.push(this.#part.values.length);
    // What may be nested too deep to be read travels alone: then it is known what could not be read.
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

/** One of the values cannot cross: each goes by itself, and that one as an error. */
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

/** A batch is over, all that came of it has been sent, and the host has not seen its end. */
export function replyOver(id: number): void {
  post({ type: REPLY, id, from: Infinity, values: [], ms: 0, packing: 0, last: true } satisfies ReplyMessage);
}
