/** One subscription's engine: what it has taken, what is out at the pool, what it has yet to emit. Knows no RxJS. */
import { captureContext } from '#platform';
import { isProgramError, rememberTask } from '../errors.ts';
import type { Plan } from '../options.ts';
import type { Description, Feed, Place, Pool, Task } from '../pool.ts';
import { queueMicrotask } from './clock.ts';
import type { Context } from './context.ts';
import { Failure, type Outlet, SKIPPED } from './outlet.ts';
import { Rounds } from './rounds.ts';

/** Where a stream takes its values from: `Arrivals` that were pushed, or an iterator that is pulled. */
export interface Intake {
  /** How many values `take` could give now; where that cannot be known, `Infinity`. */
  readonly waiting: number;
  /** Whether nothing more will come. */
  readonly done: boolean;
  /** Whether another could be fetched at once: of a source that is pulled, and is not being read. */
  readonly readable: boolean;
  /** The number of the value that `take` gives next. */
  readonly index: number;
  /** Asked before `take` where some wait: whether there is one indeed. What is not read ahead is read now. */
  ready(): boolean;
  take(): unknown;
  /** Fetches values while fewer than `wanted()` wait; a source that pushes needs no asking. */
  read(wanted: () => number): void;
  /** Takes nothing more from the source; what has been taken stays. */
  stop(): void;
  /** Forgets what waits. */
  clear(): void;
}

/** Where a stream's results go. */
export interface Destination {
  /** False while nobody asks for the next: results wait, and count against the window. */
  readonly asking?: boolean;
  next(value: any): void;
  error(error: unknown): void;
  complete(): void;
}

/** No result, while any value may be one. */
export const NOTHING: unique symbol = Symbol('nothing');

type Describe = (value: any, index: number) => Description;

/** How many results may be held back while few tasks are out, and for each task that is. */
const HELD_AT_LEAST = 64;
const HELD_PER_TASK_OUT = 8;

export class Stream implements Feed {
  readonly concurrency: number;
  readonly batch: number;
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly inContext: Context;

  readonly #plan: Plan;
  readonly #intake: Intake;
  readonly #outlet: Outlet;
  readonly #describe: Describe;
  readonly #destination: Destination;
  readonly #place: Place;
  readonly subscribed: Error;

  #seq = 0;
  /** Dispatched and not returned. */
  #out = 0;
  #putBack: Task[] = [];
  /** The first task that is known to fail the stream: nothing after it starts, or counts. Once the stream has ended, before all. */
  #failedAt = Infinity;
  /** From where on the pool has still to be told to cancel. */
  #cancelFrom = Infinity;
  /** An error that waits for no result. */
  #immediate: Failure | undefined;
  /** Why the stream ends once what it has taken is delivered. */
  #closing: Error | undefined;
  #closed = false;
  readonly #rounds = new Rounds(() => this.#round());

  constructor(
    pool: Pool,
    plan: Plan,
    intake: Intake,
    outlet: Outlet,
    describe: Describe,
    destination: Destination,
    subscribed: Error,
    inContext: Context = captureContext(),
  ) {
    this.concurrency = plan.concurrency;
    this.batch = plan.batch;
    this.timeout = plan.timeout;
    this.terminateAfter = plan.terminateAfter;
    this.#plan = plan;
    this.#intake = intake;
    this.#outlet = outlet;
    this.#describe = describe;
    this.#destination = destination;
    this.subscribed = subscribed;
    this.inContext = inContext;
    this.#place = pool.attach(this);
  }

  /** The intake has a value more. */
  arrived(): void {
    if (!this.#queued) this.drain();
  }

  waiting(): number {
    if (this.#putBack.length > 0) return this.#putBack.length;
    if (this.#failedAt !== Infinity) return 0;
    return Math.max(0, Math.min(this.#intake.waiting, this.#room()));
  }

  get canFetch(): boolean {
    return this.#intake.readable && this.#failedAt === Infinity && this.#room() > 0;
  }

  next(): Task | undefined {
    while (this.waiting() > 0) {
      const again = this.#putBack.shift();
      if (again !== undefined) {
        this.#out++;
        return again;
      }
      if (!this.#intake.ready()) {
        // That was the end: nobody drains this one after another's turn.
        queueMicrotask(() => this.drain());
        return undefined;
      }
      const { index } = this.#intake;
      const input = this.#intake.take();
      const seq = this.#seq++;
      // Out before `fn` is asked, which is the user's: within it the source may complete, or the pool be closed.
      this.#out++;
      try {
        const call = this.#describe(input, index);
        // It may have unsubscribed.
        if (this.#closed) return undefined;
        const { method, args, transfer } = this.#place.own?.(call) ?? call;
        return { seq, index, input, method, args, transfer, crashes: 0 };
      } catch (error) {
        this.#out--;
        this.#fail({ seq, index, input }, error);
        // Another stream's turn may have brought us here: then nobody drains this one after it.
        queueMicrotask(() => this.drain());
      }
    }
    return undefined;
  }

  putBack(tasks: readonly Task[]): void {
    this.#out -= tasks.length;
    this.#putBack = [...this.#putBack, ...tasks]
      .filter(({ seq }) => seq < this.#failedAt)
      .sort((a, b) => a.seq - b.seq);
  }

  value(task: Task, value: unknown): void {
    this.#out--;
    if (task.seq > this.#failedAt) return;
    const { index, input } = task;
    this.#outlet.store(
      task.seq,
      this.#plan.onError === 'settle' ? { status: 'fulfilled', index, input, value } : value,
    );
  }

  failure(task: Task, error: unknown): void {
    this.#out--;
    this.#fail(task, error);
  }

  crashed(task: Task, error: Error): boolean {
    const again = task.crashes++ < this.#plan.crashRetries && task.transfer === undefined;
    if (again) this.putBack([task]);
    else this.failure(task, error);
    return again;
  }

  /** Emits what is ready and takes what there is room for, until neither is left; never inside itself. */
  drain(): void {
    // From within it only asks.
    if (this.#rounds.running) this.#rounds.run();
    else this.inContext(this.#drain);
  }

  readonly #drain = (): void => {
    this.#rounds.run();
    if (!this.#closed) this.#finish();
  };

  /**
   * The next result where there are more and no worker waits for a value: then there is nothing to do but to take it.
   * Else, and where it is no value, `NOTHING`: `drain` has more to do. An iterator asks for each result by itself, and
   * to drain for each made it take a half longer.
   */
  take(): unknown {
    const { held, ready } = this.#outlet;
    if (!ready || held === 1 || this.#rounds.running || this.#closed || !this.#queued) return NOTHING;
    const outcome = this.#outlet.take();
    if (outcome instanceof Failure) this.error(outcome.error);
    return outcome === SKIPPED || outcome instanceof Failure ? NOTHING : outcome;
  }

  closing(reason: Error): void {
    if (this.#intake.done) return;
    this.#closing = reason;
    this.inContext(() => this.#intake.stop());
    this.drain();
  }

  /** Errors at once, whatever is out. */
  error(error: unknown): void {
    if (this.#closed) return;
    this.inContext(() => {
      this.stop();
      this.#destination.error(error);
    });
  }

  /** Emits nothing more, and lets go of all that was taken. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failedAt = -Infinity;
    this.inContext(() => this.#intake.stop());
    this.#intake.clear();
    this.#putBack = [];
    this.#place.leave();
  }

  #round(): void {
    if (this.#closed) return;
    if (this.#cancelFrom !== Infinity) this.#cancel();
    while (this.#emitting) this.#emit(this.#outlet.take());
    // After what is ready: whether that came in the same message is chance.
    if (this.#immediate !== undefined) return this.error(this.#immediate.error);
    if (!this.#queued && this.waiting() > 0) this.#place.wake();
    const before = this.#intake.waiting;
    this.#intake.read(this.#wanted);
    if (this.#emitting || this.#intake.waiting > before) this.#rounds.run();
    // There was no room for what it could fetch: it is asked when there is.
    else if (this.canFetch && !this.#queued) this.#place.wake();
  }

  /** Whether the pool asks by itself when it has room. */
  get #queued(): boolean {
    return this.#place.queued ?? !this.#place.hungry;
  }

  /** How many more values the window lets through. */
  #room(): number {
    const { held } = this.#outlet;
    const { window } = this.#plan;
    if (window !== undefined) return window - held - this.#out - this.#putBack.length;
    return held < Math.max(HELD_AT_LEAST, HELD_PER_TASK_OUT * this.#out) ? Infinity : 0;
  }

  get #emitting(): boolean {
    return this.#outlet.ready && !this.#closed && this.#destination.asking !== false;
  }

  /** How many values should be waiting: one more for a worker with room, and the next messages' where those carry many. */
  readonly #wanted = (): number => {
    if (this.#failedAt !== Infinity) return 0;
    const { ahead = 1, hungry } = this.#place;
    const soon = ahead > 1 ? ahead : 0;
    return Math.min(hungry ? Math.max(soon, this.#intake.waiting + 1) : soon, this.#room());
  };

  #emit(outcome: unknown): void {
    if (outcome instanceof Failure) this.error(outcome.error);
    else if (outcome !== SKIPPED) this.#destination.next(outcome);
  }

  #fail(task: Pick<Task, 'seq' | 'index' | 'input'>, error: unknown): void {
    const { seq, index, input } = task;
    if (seq > this.#failedAt) return;
    rememberTask(error, task);
    const { onError, errorTiming } = this.#plan;
    const about = isProgramError(error) ? 'throw' : onError;
    if (about === 'settle') return this.#outlet.store(seq, { status: 'rejected', index, input, reason: error });
    if (about === 'skip') return this.#outlet.store(seq, SKIPPED);
    this.#failedAt = seq;
    this.#cancelFrom = seq + 1;
    this.#putBack = this.#putBack.filter((each) => each.seq < seq);
    if (errorTiming === 'immediate') this.#immediate = new Failure(error);
    else this.#outlet.store(seq, new Failure(error));
  }

  /** Nothing after the failed task starts; what is before it goes on. */
  #cancel(): void {
    const from = this.#cancelFrom;
    this.#cancelFrom = Infinity;
    this.#intake.stop();
    this.#intake.clear();
    this.#place.cancel(from);
  }

  #finish(): void {
    if (this.#out > 0 || this.#putBack.length > 0 || this.#intake.waiting > 0 || this.#outlet.held > 0) return;
    if (this.#closing !== undefined) return this.error(this.#closing);
    if (!this.#intake.done) return;
    this.stop();
    this.#destination.complete();
  }
}
