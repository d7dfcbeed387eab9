/** The batches on their way to one worker and back. */
import { monotonic, now, queueMicrotask } from '../core/clock.ts';
import { argumentsError } from '../core/ownCall.ts';
import type { Pacing } from '../core/pace.ts';
import { remoteError } from '../core/remoteError.ts';
import type { CloneError } from '../errors.ts';
import type { Task } from '../pool.ts';
import { resultError } from '../snapshot.ts';
import { type Thrown, messageOf } from '../thrown.ts';
import {
  ASK,
  type AskMessage,
  BEGIN,
  type BeginMessage,
  CUT,
  type CutMessage,
  REPLY,
  type ReplyMessage,
  SLOTS,
  UNREAD,
  type UnreadMessage,
} from '../wire.ts';
import { Batch } from './batch.ts';
import { giveNotice, whenOutOfTime } from './deadlines.ts';
import { type Link, uncaught } from './link.ts';
import { type LossOf, settleLost, timedOut } from './losses.ts';
import type { Meter } from './meter.ts';
import { callPlain } from './plain.ts';
import type { Seat } from './seat.ts';
import type { Teller } from './teller.ts';
import { checkBegin, checkReply } from './sound.ts';
import type { SpawnedThread } from './threads.ts';

/** What the traffic with a worker tells its lane. */
export interface TrafficEvents {
  /** An outcome, or the room for one, has changed. */
  changed(): void;
  /** The worker has answered. */
  answered(): void;
  /** `count` tasks that somebody waits for came back; `failures` have failed, whether they came back or not. */
  settled(count: number, failures: number): void;
  /** The worker has to be given up. */
  lost(loss: LossOf): void;
}

export class Traffic {
  readonly batches: Batch[] = [];
  readonly link: Link;
  readonly #events: TrafficEvents;
  readonly #teller: Teller;
  readonly #meter: Meter;
  /** Tasks that the worker was given. */
  taken = 0;
  /** Whether it has begun any. */
  progress = false;
  /** Whether others had to take over what this worker would not come to: until it is heard of again, it gets no more. */
  #stuck = false;
  /** The last batch that is over: of that one, a worker may say it twice. */
  #over = -1;
  /** Whether messages of the worker could not be read: those that follow need not begin where the last has ended. */
  #missed = false;
  /** What the last reply was about: how long that took to send is told with the next. */
  #replied: { readonly pace: Pacing; readonly count: number } | undefined;

  constructor(link: Link, events: TrafficEvents, teller: Teller, meter: Meter) {
    this.link = link;
    this.#events = events;
    this.#teller = teller;
    this.#meter = meter;
    link.guard.onLost = (loss) => events.lost(loss);
    link.guard.onMessage = (data) => this.#message(data);
    link.guard.onUnread = () => this.#unreadHere();
  }

  /** Whether a message more may be on its way: a second only to a worker that takes batches. */
  get room(): boolean {
    return !this.#stuck && this.batches.length < (this.link.plain === undefined ? 2 : 1);
  }

  /** Whether anybody waits for anything in it. */
  get wanted(): boolean {
    return this.batches.some((batch) => batch.wanted);
  }

  /** Whether the worker has tasks that it has not begun, and another could take. */
  get spare(): boolean {
    return this.batches.some((batch) => batch.spare);
  }

  send(seat: Seat, tasks: readonly Task[]): void {
    const { cells } = this.link;
    const batch = new Batch(seat, tasks, cells === undefined ? -1 : this.#freeSlot(), cells);
    if (!this.batches.some((each) => each.seat === seat)) seat.lanes++;
    if (this.batches.length === 0) this.#meter.begin();
    this.batches.push(batch);
    this.taken += tasks.length;
    if (this.#teller.heard) batch.sent = now();
    try {
      const { guard, plain } = this.link;
      if (plain === undefined) {
        const { message, transfer } = batch.message(this.#teller.heard);
        const began = monotonic();
        guard.post(message, transfer);
        seat.pace.sent(tasks.length, monotonic() - began);
      } else this.#callPlain(plain, batch);
    } catch (error) {
      this.#uncrossed(batch, messageOf(error), { cause: error });
    }
    const { timeout } = seat.feed;
    // It could not be sent, or whoever was told that it begins has closed the pool.
    if (timeout === undefined || batch.over) return;
    whenOutOfTime(
      batch,
      timeout,
      () => this.#timeOut(batch, timeout),
      () => this.#events.lost({ why: 'did not come to its next task' }),
    );
  }

  /** Takes back what has not begun of `seat` from `from` on. What runs is told that it is cancelled, and given notice. */
  cancel(seat: Seat, from: number): void {
    for (const batch of this.batches) {
      if (batch.seat !== seat) continue;
      const at = batch.offsetOf(from);
      if (at < 0 || at >= batch.cancelledFrom) continue;
      batch.cancel(at);
      this.#cut(batch, at);
    }
    this.#giveNotice();
  }

  /** Takes back all that the worker has not begun, if it has begun nothing since the last look. */
  recall(): void {
    const [head] = this.batches;
    if (head === undefined) return;
    // Most are with one task; some with what a task before has left behind (a timer that computes).
    const stuck = head.seen === head.claimed;
    head.seen = head.claimed;
    if (!stuck) return;
    this.#takeBack();
  }

  /** The worker is gone: settles what it had. Returns whose it was, to be drained once the loss is known to all, and whether a task tells why. */
  lose(loss: LossOf): { readonly seats: ReadonlySet<Seat>; readonly told: boolean } {
    let toldOf = false;
    const batches = this.batches.splice(0);
    const seats = new Set(batches.map(({ seat }) => seat));
    if (batches[0] !== undefined) this.#meter.lost(batches[0]);
    for (const seat of seats) seat.lanes--;
    for (const [at, batch] of batches.entries()) {
      // Where no memory is shared, a worker of ours tells when it begins its first message; a plain one tells nothing.
      const first = at === 0 && (this.progress || this.link.plain !== undefined);
      const { begun, failed, told } = settleLost(batch, first, loss, this.#teller, this.link.label);
      this.progress ||= begun > 0;
      toldOf ||= told;
      this.#events.settled(0, failed);
    }
    return { seats, told: toldOf };
  }

  #message(data: unknown): void {
    const message = data as ReplyMessage | BeginMessage | AskMessage | UnreadMessage | null | undefined;
    if (message?.type === REPLY) return this.#reply(message);
    if (message?.type === BEGIN) {
      const batch = this.#head(message.id);
      if (batch === undefined) return;
      checkBegin(batch, message);
      this.progress ||= message.offset < batch.claimed;
      return this.#teller.begun(batch, message.offset, message.time);
    }
    if (message?.type === ASK) {
      const batch = this.#batch(message.id);
      if (batch !== undefined) batch.asked = true;
      return;
    }
    if (message?.type === UNREAD) {
      // It reads them in the order in which they were sent.
      const batch = this.batches.find((each) => each.id > message.id);
      if (batch !== undefined) this.#uncrossed(batch, UNREADABLE);
      return;
    }
    const loss = uncaught(message, this.link.plain === undefined);
    if (loss !== undefined) this.link.guard.lose(loss);
    else this.link.deliver(data);
  }

  #reply(reply: ReplyMessage): void {
    const { id, values, failed, held, ms, last, times, packing } = reply;
    const batch = this.#head(id);
    if (batch === undefined) return;
    const from = Math.min(reply.from, batch.claimed);
    // Before anything is settled by it: what cannot be read is nobody's outcome.
    checkReply(batch, { ...reply, from }, this.#missed);
    const unpack = (at: number): unknown =>
      remoteError(values[at] as Thrown, batch.tasks[from + at]!.subscribed ?? batch.seat.feed.subscribed);
    const failures = failed === undefined ? undefined : new Map(failed.map((at) => [at, unpack(at)]));
    const holding = held === undefined ? undefined : new Map(held.map((at) => [at, remoteError(values[at] as Thrown)]));
    this.#replied?.pace.returned(this.#replied.count, packing > 0 ? packing : 0);
    this.#replied = undefined;
    this.progress = true;
    this.#events.answered();
    this.#stuck = false;
    const { seat, tasks } = batch;
    const { feed } = seat;
    const count = values.length;
    this.#unreadTo(from, batch);
    // Those that nobody waits for any more count for nothing.
    const waited = Math.min(count, Math.max(0, batch.cancelledFrom - from));
    if (times !== undefined && !batch.late)
      for (let at = 0; at < count; at++) {
        const outcome = at >= waited ? 'cancel' : failures?.has(at) === true ? 'error' : 'value';
        this.#teller.ended(batch, from + at, outcome, times[2 * at]!, times[2 * at + 1]);
      }
    batch.reported = from + count;
    for (let at = 0; at < count; at++) {
      const task = batch.release(from + at);
      // What it comes to after it has run out of time is nobody's.
      if (batch.late) continue;
      if (failures?.has(at) === true) feed.failure(task, failures.get(at));
      else feed.value(task, holding?.has(at) === true ? holding.get(at) : values[at]);
    }
    batch.spent += ms;
    seat.pace.observe(count, ms);
    this.#meter.told(ms);
    // Not the seat: an idle worker would keep its stream, and the async context of that.
    this.#replied = { pace: seat.pace, count };
    if (last) {
      const rest = tasks.slice(batch.reported, batch.end);
      this.#remove(batch);
      if (rest.length > 0 && !batch.late) feed.putBack(rest);
    } else this.#giveNotice();
    this.#settled(batch, waited, failed?.filter((at) => at < waited).length ?? 0);
  }

  /** A task that listens to its signal is told, and has a moment to stop; any other loses its worker. */
  #timeOut(batch: Batch, timeout: number): void {
    const error = (task: Task): Error => timedOut(task, timeout);
    if (!batch.listens) return this.#events.lost({ why: 'ran out of time', error });
    const [task] = batch.tasks as readonly [Task];
    batch.timeOut();
    this.#cut(batch, 0);
    this.#teller.ended(batch, 0, 'timeout', now() - (batch.age ?? 0));
    batch.seat.feed.failure(task, error(task));
    // What waits behind it is not to wait for it to stop.
    this.#takeBack();
    this.#giveNotice();
    this.#settled(batch, 0, 1);
  }

  /** What the worker has not begun goes back, and it gets no more until it is heard of. */
  #takeBack(): void {
    this.#stuck = true;
    for (const batch of this.batches) {
      if (!batch.spare) continue;
      batch.seat.feed.putBack(batch.recall());
      batch.seat.enqueue();
    }
  }

  #cut({ id, late }: Batch, end: number): void {
    if (this.link.plain === undefined) this.link.guard.post({ type: CUT, id, end, late } satisfies CutMessage);
  }

  #callPlain(thread: SpawnedThread, batch: Batch): void {
    const [task] = batch.tasks as readonly [Task];
    const began = now();
    this.#teller.begun(batch, 0, began);
    void callPlain(thread, task, task.subscribed ?? batch.seat.feed.subscribed).then(({ failed, value }) => {
      if (!batch.over) this.#plainAnswered(batch, failed, value, began);
    });
  }

  #plainAnswered(batch: Batch, failed: boolean, value: unknown, began: number): void {
    const { cancelled, seat, tasks } = batch;
    const { feed, pace } = seat;
    const [task] = tasks as readonly [Task];
    this.progress = true;
    this.#events.answered();
    this.#teller.ended(batch, 0, cancelled ? 'cancel' : failed ? 'error' : 'value', began);
    if (failed) feed.failure(task, value);
    else feed.value(task, value);
    pace.observe(1, now() - began);
    this.#meter.told();
    this.#remove(batch);
    this.#settled(batch, cancelled ? 0 : 1, failed && !cancelled ? 1 : 0);
  }

  /** The message could not be posted, or not be read there: one task fails for that, several are next again, each alone. */
  #uncrossed(batch: Batch, why: string, options?: ErrorOptions): void {
    const { feed } = batch.seat;
    // Some may have been taken back meanwhile.
    const tasks = batch.tasks.slice(0, batch.end);
    const failed = batch.tasks.length === 1 && tasks.length === 1;
    this.#remove(batch);
    if (failed) feed.failure(tasks[0]!, argumentsError(tasks[0]!.method, why, options));
    else {
      for (const task of tasks) task.alone = true;
      feed.putBack(tasks);
    }
    // Not at once: the pool may be in the middle of handing out.
    queueMicrotask(() => this.#settled(batch, 0, failed ? 1 : 0));
  }

  /** A message of the worker could not be read: it is asked which of its batches are over. */
  #unreadHere(): void {
    this.#missed = true;
    for (const batch of [...this.batches]) {
      if (this.link.plain === undefined) this.link.guard.post({ type: UNREAD, id: batch.id } satisfies UnreadMessage);
      else this.#plainAnswered(batch, true, unreadable(), now());
    }
  }

  /** The outcomes before `from` that have not come were in messages that could not be read. */
  #unreadTo(from: number, batch: Batch): void {
    for (; batch.reported < from; batch.reported++) {
      if (batch.late) continue;
      const wanted = batch.reported < batch.cancelledFrom;
      this.#teller.ended(batch, batch.reported, wanted ? 'error' : 'cancel', now());
      batch.seat.feed.failure(batch.release(batch.reported), unreadable());
      this.#events.settled(0, wanted ? 1 : 0);
    }
  }

  #settled({ seat }: Batch, count: number, failures: number): void {
    this.#events.settled(count, failures);
    seat.feed.drain();
    this.#events.changed();
  }

  #remove(batch: Batch): void {
    batch.finish();
    this.#over = batch.id;
    this.batches.splice(this.batches.indexOf(batch), 1);
    // A lane counts for a stream while it has a batch of it.
    if (!this.batches.some(({ seat }) => seat === batch.seat)) batch.seat.lanes--;
    this.#giveNotice();
  }

  #giveNotice(): void {
    giveNotice(this.batches[0], () => this.#events.lost({ why: 'ran a cancelled task on and on' }));
  }

  #batch(id: number): Batch | undefined {
    return this.batches.find((batch) => batch.id === id);
  }

  /** The batch that the worker tells of: the first that it has. Undefined for one that it has not; it may be over. */
  #head(id: number): Batch | undefined {
    const [head] = this.batches;
    const batch = this.#batch(id);
    if (batch === head || this.#missed) return batch;
    // Else it would be waited for for ever.
    if (batch !== undefined || (head !== undefined && id !== this.#over && head.ended))
      throw new TypeError('it is of another batch than the worker is at');
    return undefined;
  }

  #freeSlot(): number {
    for (let slot = 0; slot < SLOTS; slot++) if (!this.batches.some((batch) => batch.slot === slot)) return slot;
    throw new RangeError('More batches than cells');
  }
}

const UNREADABLE = 'they cannot be read there (nested too deep for its stack?)';

const unreadable = (): CloneError => resultError('it cannot be read here (nested too deep for its stack?)');
