/** A pool of lanes: which stream a worker with room serves next, when workers start and end. */
import { Subject, type Observable } from 'rxjs';
import { Turns } from '../core/turns.ts';
import { PoolClosedError, type WorkerInitError } from '../errors.ts';
import type { Feed, Place, Pool, PoolEvent, PoolStats } from '../pool.ts';
import { Lane } from './lane.ts';
import type { Supply } from './link.ts';
import { Seat } from './seat.ts';

export interface LaneSettings {
  readonly size: number;
  /** Milliseconds that a worker may have nothing to do; undefined: any. */
  readonly idleTimeout?: number | undefined;
  /** Tasks after which a worker is replaced; undefined: never. */
  readonly maxTasksPerWorker?: number | undefined;
  readonly name?: string | undefined;
}

/** So many workers in a row that do nothing but fail, and no more are started for those who wait. */
const MOST_FAILURES = 3;
/** How often idle workers look for tasks that wait behind a long one, in ms. */
const RECALL_EVERY = 20;

export class Lanes implements Pool {
  readonly size: number;
  readonly #settings: LaneSettings;
  readonly #lanes: readonly Lane[];
  readonly #turns = new Turns<Seat>();
  readonly #events = new Subject<PoolEvent>();
  readonly #idle = new Map<Lane, ReturnType<typeof setTimeout>>();
  /** Workers in a row that were lost before they had done anything. */
  #failures = 0;
  #lastFailure: WorkerInitError | undefined;
  #replacing = 0;
  #counts = { completed: 0, failed: 0, restarts: 0 };
  #pumping = false;
  #pumpAgain = false;
  #recall: ReturnType<typeof setTimeout> | undefined;
  #closing: PoolClosedError | undefined;
  #ended: { promise: Promise<void>; resolve: () => void } | undefined;
  #endingLanes = new Set<Promise<void>>();

  constructor(supply: Supply, settings: LaneSettings) {
    this.size = settings.size;
    this.#settings = settings;
    const events = this.#events;
    const pool = this;
    this.#lanes = Array.from(
      { length: settings.size },
      (_, id) =>
        new Lane(id, supply, {
          changed: () => this.pump(),
          failed: (error) => this.#failed(error),
          proved: () => (this.#failures = 0),
          lost: (fruitless) => this.#lost(fruitless),
          settled: (count, failures) => this.#settled(count, failures),
          get emit() {
            return events.observed ? pool.#emit : undefined;
          },
        }),
    );
  }

  get events$(): Observable<PoolEvent> {
    return this.#events.asObservable();
  }

  stats(): Omit<PoolStats, 'dropped'> {
    const up = this.#lanes.filter(({ state }) => state === 'up');
    let running = 0;
    for (const { batches } of up) for (const batch of batches) running += batch.end - batch.reported;
    return { workers: up.length, idle: up.filter(({ idle }) => idle).length, running, ...this.#counts };
  }

  attach(feed: Feed): Place {
    if (this.#closing !== undefined) throw this.#closedError();
    // Those who come later get a try of their own.
    if (this.#turns.size === 0) this.#failures = 0;
    const seat = new Seat(feed, this);
    seat.hungry = true;
    this.#turns.add(seat);
    return seat;
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
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        this.#turns.each((seat) => (seat.hungry = false));
        for (const lane of this.#lanes) if (lane.idle && this.#left(lane) <= 0) this.#endLane(lane);
        for (const lane of this.#lanes) if (lane.idle) this.#serve(lane);
        this.#startMore();
        for (const lane of this.#lanes) if (lane.room) this.#serve(lane);
      }
    } finally {
      this.#pumping = false;
    }
    // What a stream has to fetch, it fetches when there is room, and then has its turn.
    for (const { feed, hungry } of this.#turns) if (hungry && feed.waiting() === 0) feed.drain();
    this.#settle();
  }

  close(drain: boolean): Promise<void> {
    this.#ended ??= withResolver();
    const { promise } = this.#ended;
    const reason = this.#closedError();
    const first = this.#closing === undefined;
    this.#closing = reason;
    if (!drain) {
      for (const seat of this.#turns) seat.feed.error(this.#closedError());
      for (const lane of this.#lanes) this.#endLane(lane);
    } else if (first) for (const seat of this.#turns) seat.feed.closing(reason);
    this.pump();
    return promise;
  }

  readonly #emit = (event: PoolEvent): void => this.#events.next(event);

  #serve(lane: Lane): void {
    let held = false;
    const seat = this.#turns.next((each) => {
      if (held || each.feed.waiting() === 0 || !each.mayUse(lane)) return false;
      // Whose turn it is and needs an idle worker is not passed: others would keep this one from ever being idle.
      held = !lane.idle && each.idleOnly;
      return !held;
    });
    this.#turns.each((each) => (each.hungry ||= each.feed.waiting() === 0 && this.#comesTo(lane, each)));
    if (seat === undefined) return;
    // What is left is shared out evenly, so that no worker ends long after the others.
    const share = Math.ceil(seat.feed.waiting() / Math.min(this.size, seat.feed.concurrency));
    const timed = seat.feed.timeout === undefined ? Infinity : 1;
    const most = Math.min(seat.pace.size, seat.feed.batch, share, lane.most, timed, this.#left(lane));
    const tasks = seat.take(most, lane.idle);
    if (tasks.length === 0) return;
    // `fn` is the user's: it may have closed the pool.
    if (lane.state === 'up') lane.send(seat, tasks);
    else seat.feed.putBack(tasks);
  }

  /** Whether a stream that has nothing at hand would be served by this worker, if it had: now, or after others. */
  #comesTo(lane: Lane, seat: Seat): boolean {
    return seat.fits(lane) || (seat.mayUse(lane) && !seat.at(lane));
  }

  /** How many tasks more this worker may have. */
  #left(lane: Lane): number {
    return (this.#settings.maxTasksPerWorker ?? Infinity) - lane.taken;
  }

  /** Starts a worker for each task that no worker will come to soon. */
  #startMore(): void {
    let down = 0;
    let starting = 0;
    for (const { state } of this.#lanes)
      if (state === 'down') down++;
      else if (state === 'starting') starting++;
    if (down === 0) return;
    if (this.#failures >= MOST_FAILURES) return this.#giveUp(starting);
    let wanted = 0;
    this.#turns.each(({ feed, lanes }) => (wanted += Math.min(feed.waiting(), feed.concurrency - lanes)));
    for (const lane of this.#lanes) {
      // Those that are starting may fail as the last did: no more are tried than it takes to know.
      if (wanted <= starting || (this.#failures > 0 && this.#failures + starting >= MOST_FAILURES)) break;
      if (lane.state !== 'down') continue;
      down--;
      if (this.#replacing > 0) {
        this.#replacing--;
        this.#counts.restarts++;
      }
      starting++;
      lane.start();
    }
    // A worker more could be started for a value more.
    if (down > 0)
      this.#turns.each((seat) => (seat.hungry ||= seat.feed.waiting() < seat.feed.concurrency - seat.lanes));
  }

  /** Nothing starts: the pool goes on with the workers it has; where there is none, everyone who waits is told. */
  #giveUp(starting: number): void {
    if (starting > 0 || this.#lanes.some(({ state }) => state === 'up')) return;
    for (const seat of this.#turns) seat.feed.error(this.#lastFailure);
  }

  #failed(error: WorkerInitError): void {
    this.#failures++;
    this.#lastFailure = error;
    this.pump();
  }

  /** `fruitless` where the worker came up and had begun nothing: to start another and another would lead nowhere. */
  #lost(fruitless: WorkerInitError | undefined): void {
    this.#replacing++;
    this.#failures = fruitless === undefined ? 0 : this.#failures + 1;
    this.#lastFailure = fruitless;
  }

  #settled(count: number, failures: number): void {
    this.#counts.completed += count === 0 ? 0 : count - failures;
    this.#counts.failed += failures;
  }

  /** After every change: who keeps the process alive, who has been idle, what waits behind a long task, whether all is over. */
  #settle(): void {
    let waiting = false;
    this.#turns.each(({ feed }) => (waiting ||= feed.waiting() > 0));
    let idle = false;
    let spare = false;
    for (const lane of this.#lanes) {
      // A pool that is closing is waited for, by whoever called `close`.
      lane.hold(!lane.idle && (waiting || lane.wanted || this.#closing !== undefined));
      if (lane.idle || lane.state === 'down') idle = true;
      else spare ||= lane.spare;
      this.#watchIdle(lane);
    }
    if (idle && spare && this.#recall === undefined) this.#recall = setTimeout(this.#takeBack, RECALL_EVERY);
    if (this.#closing !== undefined && this.#turns.size === 0) {
      for (const lane of this.#lanes) if (lane.batches.length === 0) this.#endLane(lane);
      if (this.#lanes.every(({ state }) => state === 'down')) this.#end();
    }
  }

  readonly #takeBack = (): void => {
    this.#recall = undefined;
    for (const lane of this.#lanes) lane.recall();
    this.pump();
  };

  #watchIdle(lane: Lane): void {
    const { idleTimeout } = this.#settings;
    const timer = this.#idle.get(lane);
    if (!lane.idle) {
      if (timer === undefined) return;
      clearTimeout(timer);
      this.#idle.delete(lane);
    } else if (idleTimeout !== undefined && timer === undefined) {
      const started = setTimeout(() => {
        this.#idle.delete(lane);
        if (lane.idle) this.#endLane(lane);
      }, idleTimeout);
      (started as { unref?(): void }).unref?.();
      this.#idle.set(lane, started);
    }
  }

  #endLane(lane: Lane): void {
    if (lane.state === 'down') return;
    const ended: Promise<void> = lane.end().finally(() => {
      this.#endingLanes.delete(ended);
    });
    this.#endingLanes.add(ended);
  }

  #end(): void {
    clearTimeout(this.#recall);
    for (const timer of this.#idle.values()) clearTimeout(timer);
    const { resolve } = this.#ended!;
    void Promise.all(this.#endingLanes).then(() => {
      this.#events.complete();
      resolve();
    });
  }

  #closedError(): PoolClosedError {
    const { name } = this.#settings;
    return new PoolClosedError(name === undefined ? 'The pool is closed' : `The pool "${name}" is closed`);
  }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
