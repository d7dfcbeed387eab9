/** A pool of lanes: which stream a worker with room serves next. */
import { Subject, type Observable } from 'rxjs';
import { type Timer, clearTimeout, setTimeout } from '../core/clock.ts';
import { Rounds } from '../core/rounds.ts';
import { Turns } from '../core/turns.ts';
import { type PoolClosedError, poolClosed } from '../errors.ts';
import type { Feed, Place, Pool, PoolEvent, PoolStats } from '../pool.ts';
import type { Lane } from './lane.ts';
import type { Supply } from './link.ts';
import { Seat } from './seat.ts';
import { Staff } from './staff.ts';

export interface LaneSettings {
  readonly size: number;
  /** Milliseconds that a worker may have nothing to do; undefined: any. */
  readonly idleTimeout?: number | undefined;
  /** Tasks after which a worker is replaced; undefined: never. */
  readonly maxTasksPerWorker?: number | undefined;
  readonly name?: string | undefined;
}

/** How often idle workers look for tasks that wait behind a long one, in ms. */
const RECALL_EVERY = 20;

export class Lanes implements Pool {
  readonly size: number;
  readonly #settings: LaneSettings;
  readonly #staff: Staff;
  readonly #turns = new Turns<Seat>();
  readonly #events = new Subject<PoolEvent>();
  #counts = { completed: 0, failed: 0 };
  readonly #rounds = new Rounds(() => this.#round());
  #recall: Timer | undefined;
  #closing: PoolClosedError | undefined;
  #ended: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(supply: Supply, settings: LaneSettings) {
    this.size = settings.size;
    this.#settings = settings;
    const events = this.#events;
    const pool = this;
    this.#staff = new Staff(supply, settings.size, settings.idleTimeout, {
      changed: () => this.pump(),
      settled: (count, failures) => {
        this.#counts.completed += count === 0 ? 0 : count - failures;
        this.#counts.failed += failures;
      },
      get emit() {
        return events.observed ? pool.#emit : undefined;
      },
    });
  }

  get #lanes(): readonly Lane[] {
    return this.#staff.lanes;
  }

  get events$(): Observable<PoolEvent> {
    return this.#events.asObservable();
  }

  get starting(): number {
    return this.#lanes.filter(({ state }) => state === 'starting').length;
  }

  stats(): Omit<PoolStats, 'dropped'> {
    const up = this.#lanes.filter(({ state }) => state === 'up');
    let running = 0;
    for (const { batches } of up) for (const batch of batches) running += batch.end - batch.reported;
    return {
      workers: up.length,
      idle: up.filter(({ idle }) => idle).length,
      running,
      ...this.#counts,
      restarts: this.#staff.restarts,
      taskTime: sum(this.#lanes.map(({ meter }) => meter.taskTime)),
      carryTime: sum(this.#lanes.map(({ meter }) => meter.carryTime)),
      busy: up.map(({ batches, meter }) => meter.busy(batches[0])),
    };
  }

  attach(feed: Feed): Place {
    if (this.#closing !== undefined) throw poolClosed(this.#settings.name);
    if (this.#turns.size === 0) this.#staff.tryAgain();
    const seat = new Seat(feed, this, () => this.#counts.failed++);
    this.#turns.add(seat);
    return seat;
  }

  hasRoomFor(seat: Seat): boolean {
    const waiting = seat.feed.waiting();
    if (this.#couldStartFor(seat, waiting + 1)) return true;
    if (waiting > 0) return false;
    return this.#lanes.some((lane) => (lane.idle || lane.room) && seat.mayUse(lane) && seat.mayFollow(lane));
  }

  isQueued(seat: Seat): boolean {
    return this.#turns.queued(seat) && !this.#couldStartFor(seat, seat.feed.waiting());
  }

  /** Whether another worker could be started for the last of so many that wait. */
  #couldStartFor({ feed, lanes }: Seat, waiting: number): boolean {
    return waiting <= Math.min(feed.concurrency, this.size) - lanes && this.#staff.lacking;
  }

  enqueue(seat: Seat): void {
    this.#turns.enqueue(seat);
  }

  cancel(seat: Seat, from: number): void {
    for (const lane of this.#lanes) lane.cancel(seat, from);
    this.pump();
  }

  leave(seat: Seat): void {
    this.#turns.remove(seat);
    this.cancel(seat, 0);
  }

  /** Gives every worker with room what is next, and starts workers for what is left; never inside itself. */
  pump(): void {
    do if (!this.#rounds.run()) return;
    while (this.#turns.fetch());
    this.#settle();
  }

  close(drain: boolean): Promise<void> {
    this.#ended ??= withResolver();
    const { promise } = this.#ended;
    const reason = poolClosed(this.#settings.name);
    this.#closing = reason;
    if (!drain) {
      for (const seat of this.#turns) seat.feed.error(reason);
      for (const lane of this.#lanes) this.#staff.end(lane);
    } else for (const seat of this.#turns) seat.feed.closing(reason);
    this.pump();
    return promise;
  }

  #round(): void {
    for (const lane of this.#lanes) if (lane.idle && this.#left(lane) <= 0) this.#staff.end(lane);
    for (const lane of this.#lanes) if (lane.idle) this.#serve(lane);
    this.#startMore();
    for (const lane of this.#lanes) if (lane.room) this.#serve(lane);
  }

  readonly #emit = (event: PoolEvent): void => this.#events.next(event);

  #serve(lane: Lane): void {
    // Whose turn it is waits for the worker to be idle if it has to: else those whose tasks are quick would keep it busy.
    const seat = this.#turns.next(
      (each) => each.mayUse(lane),
      (each) => each.mayFollow(lane),
    );
    if (seat === undefined) return;
    // What is left is shared out evenly, so that no worker ends long after the others.
    const share = Math.ceil(seat.feed.waiting() / Math.min(this.size, seat.feed.concurrency));
    const timed = seat.feed.timeout === undefined ? Infinity : 1;
    const most = Math.min(seat.pace.size, seat.feed.batch, share, lane.most, timed, this.#left(lane));
    const tasks = seat.feed.inContext(() => seat.take(most, lane.idle));
    if (tasks.length === 0) {
      // Its source had come to its end: the next in turn.
      if (!seat.alone && seat.feed.waiting() === 0) this.#serve(lane);
      return;
    }
    // `fn` is the user's: it may have unsubscribed, or closed the pool, after it had described some.
    if (!seat.left) lane.send(seat, tasks);
  }

  /** How many tasks more this worker may have. */
  #left(lane: Lane): number {
    return (this.#settings.maxTasksPerWorker ?? Infinity) - lane.taken;
  }

  /** Starts a worker for each task that no worker will come to soon. */
  #startMore(): void {
    if (!this.#staff.lacking) return;
    const reason = this.#staff.hopeless;
    if (reason !== undefined) for (const { feed } of this.#turns) feed.error(reason);
    let wanted = 0;
    for (const { feed, lanes } of this.#turns.waiting()) {
      wanted += Math.min(feed.waiting(), feed.concurrency - lanes);
      if (wanted >= this.size) break;
    }
    this.#staff.start(wanted);
  }

  /** After every change: who keeps the process alive, who has been idle, what waits behind a long task, whether all is over. */
  #settle(): void {
    const waiting = this.#waits();
    let idle = false;
    let spare = false;
    for (const lane of this.#lanes) {
      // A pool that is closing is waited for, by whoever called `close`.
      lane.hold(!lane.idle && (waiting || lane.wanted || this.#closing !== undefined));
      if (lane.idle || lane.state === 'down') idle = true;
      else spare ||= lane.spare;
      this.#staff.watchIdle(lane);
    }
    if (idle && spare && this.#recall === undefined) this.#recall = setTimeout(this.#takeBack, RECALL_EVERY);
    if (this.#closing !== undefined && this.#turns.size === 0) {
      for (const lane of this.#lanes) if (lane.batches.every(({ empty }) => empty)) this.#staff.end(lane);
      if (this.#lanes.every(({ state }) => state === 'down')) this.#end();
    }
  }

  /** Whether a stream has something for a worker, or would fetch it if there were one with room. */
  #waits(): boolean {
    for (const { feed } of this.#turns.waiting()) if (feed.waiting() > 0 || feed.canFetch === true) return true;
    return false;
  }

  readonly #takeBack = (): void => {
    this.#recall = undefined;
    for (const lane of this.#lanes) lane.recall();
    this.pump();
  };

  #end(): void {
    clearTimeout(this.#recall);
    const { resolve } = this.#ended!;
    void this.#staff.gone().then(() => {
      this.#events.complete();
      resolve();
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
