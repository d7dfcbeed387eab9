import { type Observable, Subject } from 'rxjs';
import { type Timer, clearTimeout, monotonic, now, setTimeout } from '../core/clock.ts';
import { ownCall } from '../core/ownCall.ts';
import { type ClosablePool, publicPool } from '../core/publicPool.ts';
import { Rounds } from '../core/rounds.ts';
import { Turns } from '../core/turns.ts';
import { TaskTimeoutError, poolClosed } from '../errors.ts';
import { show } from '../options.ts';
import type { Description, Feed, Place, PoolEvent, PoolStats, Task, WorkerPool } from '../pool.ts';
import { RunningTask, enterTask, leaveTask } from '../worker/context.ts';
import { type Methods, isThenable, methodOf } from '../worker/method.ts';
import { move, resultError, snapshot } from '../snapshot.ts';
import { messageOf } from '../thrown.ts';
import { isTransfer } from '../worker/transfer.ts';

/**
 * A pool that runs the methods of `api` on the calling thread: one task at a time, at once where the method is
 * synchronous. For tests, for debugging, for hosts without workers; the chain around it stays the same.
 *
 * Arguments and results are copied as they would be on their way to a worker and back, or moved where `Transfer` says so,
 * and what cannot cross is a `CloneError`; an error that is thrown is the very one. A `timeout` cannot stop a synchronous method; `terminateAfter`, `crashRetries` and `batch` mean nothing here.
 *
 * @param api what a worker module gives to `expose`: an object of functions, or an instance of a class.
 * @throws TypeError: `api` is no object.
 *
 * ```ts
 * const pool = localPool({ double: (n: number) => 2 * n });
 * range(1, 3).pipe(parallelMap((worker, n) => worker.double(n), pool)).subscribe(console.log); // 2 4 6
 * ```
 */
export function localPool<Api extends object>(api: Api): WorkerPool<Api> {
  if (typeof api !== 'object' || api === null)
    throw new TypeError(`localPool: api must be an object of functions, got ${show(api)}`);
  return publicPool<Api>(new Local(api as Methods));
}

interface Running {
  readonly seat: Seat;
  readonly task: Task;
  readonly context: RunningTask;
  readonly began: number;
  /** Why nobody waits for it any more, though it runs on. */
  abandoned: 'cancel' | 'timeout' | undefined;
  timer: Timer | undefined;
}

/** A stream's place at the local pool. */
class Seat implements Place {
  readonly feed: Feed;
  readonly #pool: Local;

  constructor(feed: Feed, pool: Local) {
    this.feed = feed;
    this.#pool = pool;
  }

  get hungry(): boolean {
    return this.#pool.idle;
  }

  own(call: Description): Description {
    return this.#pool.own(call);
  }

  get queued(): boolean {
    return this.#pool.isQueued(this);
  }

  wake(): void {
    this.#pool.enqueue(this);
    this.#pool.pump();
  }

  cancel(from: number): void {
    this.#pool.cancel(this, from);
  }

  leave(): void {
    this.#pool.leave(this);
  }
}

class Local implements ClosablePool {
  readonly size = 1;
  readonly runsHere = true;
  readonly #api: Methods;
  readonly #turns = new Turns<Seat>();
  readonly #events = new Subject<PoolEvent>();
  /** The one task that runs, until it has really ended. */
  #running: Running | undefined;
  #counts = { completed: 0, failed: 0 };
  readonly #made = monotonic();
  #taskTime = 0;
  readonly #rounds = new Rounds(() => this.#round());
  #closing = false;
  #whenEnded: (() => void)[] = [];

  constructor(api: Methods) {
    this.#api = api;
  }

  get events$(): Observable<PoolEvent> {
    return this.#events.asObservable();
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  stats(): Omit<PoolStats, 'dropped'> {
    const running = this.idle ? 0 : 1;
    const asked = monotonic();
    const spent = this.#taskTime + (this.#running === undefined ? 0 : asked - this.#running.began);
    return {
      workers: 1,
      idle: 1 - running,
      running,
      ...this.#counts,
      restarts: 0,
      taskTime: this.#taskTime,
      carryTime: 0,
      busy: [Math.min(1, spent / Math.max(asked - this.#made, 1e-3))],
    };
  }

  own(call: Description): Description {
    return ownCall(call, () => this.#counts.failed++);
  }

  attach(feed: Feed): Place {
    if (this.#closing) throw poolClosed();
    const seat = new Seat(feed, this);
    this.#turns.add(seat);
    return seat;
  }

  isQueued(seat: Seat): boolean {
    return this.#turns.queued(seat);
  }

  enqueue(seat: Seat): void {
    this.#turns.enqueue(seat);
  }

  /** Runs what is next, and what is next after that, until something has to be waited for; never inside itself. */
  pump(): void {
    if (!this.#rounds.run()) return;
    if (this.#closing && this.#turns.size === 0 && this.idle) this.#end();
  }

  cancel(seat: Seat, from: number): void {
    const running = this.#running;
    if (running === undefined || running.seat !== seat || running.task.seq < from) return;
    this.#abandon(running, 'cancel');
  }

  leave(seat: Seat): void {
    this.#turns.remove(seat);
    this.cancel(seat, 0);
    this.pump();
  }

  close(drain: boolean): Promise<void> {
    const first = !this.#closing;
    this.#closing = true;
    const ended = new Promise<void>((resolve) => this.#whenEnded.push(resolve));
    for (const { feed } of this.#turns)
      if (!drain) feed.error(poolClosed());
      else if (first) feed.closing(poolClosed());
    this.pump();
    return ended;
  }

  #round(): void {
    while (this.idle) {
      const seat = this.#turns.next();
      if (seat === undefined && !this.#turns.fetch()) break;
      // The method as well as `fn`.
      seat?.feed.inContext(() => {
        const task = seat.feed.next();
        if (task !== undefined) this.#run(seat, task);
      });
    }
  }

  #run(seat: Seat, task: Task): void {
    const context = new RunningTask(task.index, () => running.abandoned);
    const began = monotonic();
    const running: Running = { seat, task, context, began, abandoned: undefined, timer: undefined };
    this.#running = running;
    this.#tell({ type: 'task:start', worker: 0, index: task.index, time: now() });
    const current = (): RunningTask => context;
    enterTask(current);
    const end = (failed: boolean, outcome: unknown): void => {
      clearTimeout(running.timer);
      leaveTask(current);
      let result = outcome;
      try {
        if (!failed) result = ownResult(outcome);
      } catch (cause) {
        return this.#settle(running, true, resultError(messageOf(cause)));
      }
      this.#settle(running, failed, result);
    };
    let result: unknown;
    let waits: boolean;
    try {
      result = this['rxjs-parallel:call'](task);
      waits = isThenable(result);
    } catch (error) {
      return end(true, error);
    }
    if (!waits) return end(false, result);
    this.#watchTime(running);
    // Made a promise of: any other thenable may settle twice, or throw.
    Promise.resolve(result).then(
      (value) => end(false, value),
      (error: unknown) => end(true, error),
    );
  }

  /** Named as a frame below a task's own: see `remoteError`. */
  'rxjs-parallel:call'({ method, args }: Task): unknown {
    return methodOf(this.#api, method).apply(this.#api, args as never);
  }

  #settle({ seat, task, began, abandoned }: Running, failed: boolean, outcome: unknown): void {
    this.#running = undefined;
    this.#taskTime += monotonic() - began;
    const how = abandoned ?? (failed ? 'error' : 'value');
    // That its time was up has been told.
    if (how !== 'timeout') this.#tellEnd(task, how);
    if (how === 'error') {
      this.#counts.failed++;
      seat.feed.failure(task, outcome);
    } else if (how === 'value') {
      this.#counts.completed++;
      seat.feed.value(task, outcome);
    }
    seat.feed.drain();
    this.pump();
  }

  /** The outcome is known when the time is up; the slot is free only when the task has ended. */
  #watchTime(running: Running): void {
    const { seat, task } = running;
    const { timeout } = seat.feed;
    if (timeout === undefined) return;
    running.timer = setTimeout(() => {
      this.#counts.failed++;
      this.#tellEnd(task, 'timeout');
      const error = new TaskTimeoutError(`Task ${task.index} ran longer than its timeout of ${timeout} ms`);
      seat.feed.failure(task, error);
      this.#abandon(running, 'timeout');
      seat.feed.drain();
    }, timeout);
  }

  #abandon(running: Running, why: 'cancel' | 'timeout'): void {
    clearTimeout(running.timer);
    running.abandoned ??= why;
    running.context.abort(running.abandoned);
  }

  #tellEnd({ index }: Task, outcome: 'value' | 'error' | 'timeout' | 'cancel'): void {
    this.#tell({ type: 'task:end', worker: 0, index, time: now(), outcome });
  }

  #tell(event: PoolEvent): void {
    if (this.#events.observed) this.#events.next(event);
  }

  #end(): void {
    this.#events.complete();
    for (const resolve of this.#whenEnded.splice(0)) resolve();
  }
}

/** What arrives of a result: a copy, or what it moves. */
function ownResult(result: unknown): unknown {
  const moves = typeof result === 'object' && isTransfer(result);
  return moves ? move(result.send, result.transferables).value : snapshot(result);
}
