/** One worker after another: starts it on demand, sends it batches, settles them whatever becomes of it. */
import { CloneError, type ParallelError, type WorkerInitError } from '../errors.ts';
import type { PoolEvent, Task } from '../pool.ts';
import { CUT, type CutMessage, REPLY, type ReplyMessage, SLOTS, type Thrown, messageOf } from '../wire.ts';
import { Batch } from './batch.ts';
import { giveNotice, whenOutOfTime } from './deadlines.ts';
import type { Loss } from './guard.ts';
import { type Link, type Opening, type Supply, uncaught } from './link.ts';
import { crashed, timedOut, unstarted } from './losses.ts';
import { type Outcome, callPlain } from './plain.ts';
import { remoteError } from './remoteError.ts';
import type { Seat } from './seat.ts';

type TaskOutcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

/** What a lane tells its pool. */
export interface LaneEvents {
  /** An outcome, or the room for one, has changed. */
  changed(): void;
  /** The worker came up; or could not; or was lost, perhaps before it had begun anything. */
  up(): void;
  failed(error: WorkerInitError): void;
  /** This worker has begun to deliver. */
  proved(): void;
  lost(fruitless: WorkerInitError | undefined): void;
  settled(count: number, failures: number): void;
  /** Defined while somebody listens. */
  readonly emit: ((event: PoolEvent) => void) | undefined;
}

const now = (): number => performance.timeOrigin + performance.now();

export class Lane {
  readonly id: number;
  readonly batches: Batch[] = [];
  readonly #supply: Supply;
  readonly #events: LaneEvents;
  #opening: Opening | undefined;
  #link: Link | undefined;
  /** Tasks that the present worker was given; for `maxTasksPerWorker`. */
  taken = 0;
  #progress = false;
  #held = true;
  /** Whether others had to take over what this worker would not come to: until it is heard of again, it gets no more. */
  #stuck = false;

  constructor(id: number, supply: Supply, events: LaneEvents) {
    this.id = id;
    this.#supply = supply;
    this.#events = events;
  }

  get state(): 'down' | 'starting' | 'up' {
    if (this.#link !== undefined) return 'up';
    return this.#opening === undefined ? 'down' : 'starting';
  }

  /** Up, with nothing to do. */
  get idle(): boolean {
    return this.#link !== undefined && this.batches.length === 0;
  }

  /** Whether a message more may be on its way: a second only to a worker that takes batches. */
  get room(): boolean {
    if (this.#link === undefined || this.#stuck) return false;
    return this.batches.length < (this.#link.batches ? 2 : 1);
  }

  /** The most tasks a message may carry; a plain threads.js worker takes calls one by one. */
  get most(): number {
    return this.#link?.batches === true ? Infinity : 1;
  }

  start(): void {
    const opening = this.#supply.open();
    this.#opening = opening;
    this.#held = true;
    opening.ready.then(
      (link) => {
        if (this.#opening !== opening) void link.end();
        else this.#up(link);
      },
      (error: WorkerInitError) => {
        if (this.#opening !== opening) return;
        this.#opening = undefined;
        this.#events.failed(error);
      },
    );
  }

  send(seat: Seat, tasks: readonly Task[]): void {
    const link = this.#link!;
    const batch = new Batch(seat, tasks, link.cells === undefined ? -1 : this.#freeSlot(), link.cells);
    if (!this.batches.some((each) => each.seat === seat)) seat.lanes++;
    this.batches.push(batch);
    this.taken += tasks.length;
    try {
      if (link.batches) {
        const { message, transfer } = batch.message(this.#events.emit !== undefined);
        link.guard.post(message, transfer);
      } else this.#callPlain(link, batch);
    } catch (error) {
      this.#unsendable(batch, error);
      return;
    }
    const { timeout } = seat.feed;
    if (timeout !== undefined)
      whenOutOfTime(batch, timeout, () =>
        this.#lost({ why: 'ran out of time', error: (task) => timedOut(task, timeout) }),
      );
  }

  /** Takes back what has not begun of `seat` from `from` on. What runs is told that it is cancelled, and given notice. */
  cancel(seat: Seat, from: number): void {
    for (const batch of this.batches) {
      if (batch.seat !== seat) continue;
      const at = batch.tasks.findIndex(({ seq }) => seq >= from);
      if (at < 0 || at >= batch.cancelledFrom) continue;
      batch.cancel(at);
      if (this.#link?.batches === true)
        this.#link.guard.post({ type: CUT, id: batch.id, end: at } satisfies CutMessage);
    }
    this.#giveNotice();
  }

  /** Takes back all that this worker has not begun, if it has been with one task since the last look. */
  recall(): void {
    const [head] = this.batches;
    if (head === undefined || !head.shared) return;
    const { claimed, done } = head;
    const stuck = claimed > done && head.seen === claimed;
    head.seen = claimed;
    if (!stuck) return;
    this.#stuck = true;
    for (const batch of this.batches) if (!batch.cancelled) batch.seat.feed.putBack(batch.recall());
  }

  /** Whether the worker has tasks that it has not begun, and another could take. */
  get spare(): boolean {
    return this.batches.some((batch) => batch.shared && !batch.cancelled && batch.claimed < batch.end);
  }

  /** Ends the worker, whatever it does. */
  end(): Promise<void> {
    const opening = this.#opening;
    const link = this.#link;
    this.#opening = undefined;
    if (link === undefined) return opening?.end() ?? Promise.resolve();
    if (this.batches.length > 0) {
      this.#lost({ why: 'was ended with its pool' });
      return link.kill();
    }
    this.#link = undefined;
    this.#exited();
    return link.end();
  }

  /** A worker keeps the process alive while somebody waits for it, and no longer. */
  hold(alive: boolean): void {
    if (alive === this.#held) return;
    this.#held = alive;
    if (this.#link !== undefined) this.#link.hold(alive);
    else this.#opening?.hold(alive);
  }

  get wanted(): boolean {
    return this.batches.some((batch) => !batch.cancelled);
  }

  #up(link: Link): void {
    this.#opening = undefined;
    this.#link = link;
    this.taken = 0;
    this.#progress = false;
    this.#stuck = false;
    if (link.guard.lost) return this.#lost({ why: 'ended' });
    link.guard.onLost = (loss) => this.#lost(loss);
    link.guard.onMessage = (data) => this.#message(link, data);
    if (!this.#held) link.hold(false);
    this.#events.emit?.({ type: 'worker:start', worker: this.id, time: now() });
    this.#events.up();
  }

  #message(link: Link, data: unknown): void {
    const message = data as ReplyMessage | null | undefined;
    if (message?.type === REPLY) return this.#reply(message);
    const loss = uncaught(message);
    if (loss !== undefined) link.guard.lose(loss);
    else link.deliver(data);
  }

  #reply({ id, from, values, failed, ms, last, times }: ReplyMessage): void {
    const batch = this.batches.find((each) => each.id === id);
    if (batch === undefined) return;
    this.#prove();
    this.#stuck = false;
    const { seat, tasks } = batch;
    const { feed } = seat;
    const count = values.length;
    // Those that nobody waits for any more count for nothing.
    const waited = Math.min(count, Math.max(0, batch.cancelledFrom - from));
    for (let at = 0; 2 * at < (times?.length ?? 0); at++) {
      const outcome = at >= waited ? 'cancel' : failed?.includes(at) === true ? 'error' : 'value';
      this.#tell(tasks[from + at]!.index, times![2 * at]!, times![2 * at + 1]!, outcome);
    }
    if (failed === undefined) for (let at = 0; at < count; at++) feed.value(tasks[from + at]!, values[at]);
    else {
      const failures = new Set(failed);
      for (let at = 0; at < count; at++)
        if (failures.has(at)) feed.failure(tasks[from + at]!, remoteError(values[at] as Thrown, feed.subscribed));
        else feed.value(tasks[from + at]!, values[at]);
    }
    batch.reported = from + count;
    seat.pace.observe(count, ms);
    this.#events.settled(waited, failed?.filter((at) => at < waited).length ?? 0);
    if (last) {
      const rest = tasks.slice(batch.reported, batch.end);
      this.#remove(batch);
      if (rest.length > 0) feed.putBack(rest);
    } else this.#giveNotice();
    feed.drain();
    this.#events.changed();
  }

  #callPlain(link: Link, batch: Batch): void {
    const task = batch.tasks[0]!;
    const began = now();
    void callPlain(link.thread, task, batch.seat.feed.subscribed).then(({ failed, value }: Outcome) => {
      if (batch.over) return;
      const { feed, pace } = batch.seat;
      this.#prove();
      this.#tell(task.index, began, now(), batch.cancelled ? 'cancel' : failed ? 'error' : 'value');
      if (failed) feed.failure(task, value);
      else feed.value(task, value);
      pace.observe(1, now() - began);
      if (!batch.cancelled) this.#events.settled(1, failed ? 1 : 0);
      this.#remove(batch);
      feed.drain();
      this.#events.changed();
    });
  }

  /** The message could not be posted: the tasks whose arguments cannot cross fail, the others are next again. */
  #unsendable(batch: Batch, error: unknown): void {
    const { feed } = batch.seat;
    const bad = batch.tasks.length === 1 ? [...batch.tasks] : batch.tasks.filter((task) => !crosses(task.args));
    const good = bad.length === 0 ? [] : batch.tasks.filter((task) => !bad.includes(task));
    this.#remove(batch);
    feed.putBack(good);
    for (const task of bad.length === 0 ? batch.tasks : bad)
      feed.failure(
        task,
        new CloneError(`The arguments of ${task.method}() cannot cross to a worker: ${messageOf(error)}`, {
          cause: error,
        }),
      );
    this.#events.settled(0, batch.tasks.length - good.length);
    // Not here: the pool is in the middle of handing out.
    queueMicrotask(() => {
      feed.drain();
      this.#events.changed();
    });
  }

  /** The worker is gone. Once. */
  #lost(loss: Loss & { error?: (task: Task) => ParallelError }): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#link = undefined;
    void link.kill();
    const batches = this.batches.splice(0);
    const seats = new Set(batches.map(({ seat }) => seat));
    for (const seat of seats) seat.lanes--;
    let failures = 0;
    for (const [at, batch] of batches.entries()) {
      batch.finish();
      const { feed } = batch.seat;
      // Where the worker does not tell what it has begun, that is all of the first batch and nothing of the next.
      // What was moved there is gone with it, begun or not.
      const moved = batch.tasks[0]!.transfer !== undefined;
      const claimed = moved ? batch.end : batch.shared || at === 0 ? batch.claimed : 0;
      const done = moved ? 0 : Math.min(batch.shared ? batch.done : 0, claimed);
      const running = batch.tasks.slice(Math.max(done, batch.reported), claimed);
      feed.putBack([...batch.tasks.slice(batch.reported, done), ...batch.tasks.slice(claimed, batch.end)]);
      for (const task of running) {
        this.#progress = true;
        const outcome = batch.cancelled ? 'cancel' : loss.error === undefined ? 'crash' : 'timeout';
        this.#tell(task.index, now() - (batch.age ?? 0), now(), outcome);
        if (loss.error !== undefined) feed.failure(task, loss.error(task));
        else if (feed.crashed(task, crashed(task, loss))) continue;
        if (outcome !== 'cancel') failures++;
      }
    }
    this.#events.settled(0, failures);
    this.#exited(loss.exitCode);
    this.#events.lost(this.#progress ? undefined : unstarted(loss, 'had begun any task'));
    for (const { feed } of seats) feed.drain();
    this.#events.changed();
  }

  /** Tells of a task; it costs nothing while nobody listens. */
  #tell(index: number, start: number, end: number, outcome: TaskOutcome): void {
    const { emit } = this.#events;
    emit?.({ type: 'task:start', worker: this.id, index, time: start });
    emit?.({ type: 'task:end', worker: this.id, index, time: end, outcome });
  }

  #prove(): void {
    if (!this.#progress) this.#events.proved();
    this.#progress = true;
  }

  #exited(exitCode?: number): void {
    const code = exitCode === undefined ? {} : { exitCode };
    this.#events.emit?.({ type: 'worker:exit', worker: this.id, time: now(), ...code });
  }

  #remove(batch: Batch): void {
    batch.finish();
    this.batches.splice(this.batches.indexOf(batch), 1);
    // A lane counts for a stream while it has a batch of it.
    if (!this.batches.some(({ seat }) => seat === batch.seat)) batch.seat.lanes--;
    this.#giveNotice();
  }

  #giveNotice(): void {
    giveNotice(this.batches[0], () => this.#lost({ why: 'ran a cancelled task on and on' }));
  }

  #freeSlot(): number {
    for (let slot = 0; slot < SLOTS; slot++) if (!this.batches.some((batch) => batch.slot === slot)) return slot;
    throw new RangeError('More batches than cells');
  }
}

function crosses(args: readonly unknown[]): boolean {
  try {
    structuredClone(args);
    return true;
  } catch {
    return false;
  }
}
