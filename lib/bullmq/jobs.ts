/** A pool on a queue: which stream the next job is made for, and what becomes of those that are out. */
import type { Observable } from 'rxjs';
import type { ClosablePool } from '../core/publicPool.ts';
import { Rounds } from '../core/rounds.ts';
import { Turns } from '../core/turns.ts';
import { PoolClosedError, TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../errors.ts';
import type { Feed, Place as StreamPlace, PoolEvent, PoolStats, Task } from '../pool.ts';
import { Job } from './job.ts';
import { type OnError, Notices } from './notices.ts';
import { outcomeOf, reportIn, unableOf } from './outcomes.ts';
import { Place, timesOf } from './place.ts';
import { Run, type RunSettings } from './run.ts';
import { Seat } from './seat.ts';
import { type Outcome, Teller } from './teller.ts';

export interface JobsSettings extends RunSettings {
  /** Most jobs out at once. */
  readonly size: number;
  /** Most bytes of a task's arguments. */
  readonly maxPayload: number;
  readonly onError: OnError;
}

/** A task is sent again so many times when somebody else has ended its job. */
const MOST_STRANGERS = 5;
/** BullMQ's word for a job of which several machines have died. */
const STALLED = /stalled more than allowable limit/;
/** A task is sent again so many times when its job has vanished from the queue. */
const MOST_LOSSES = 10;

export class Jobs implements ClosablePool {
  readonly size: number;
  readonly maxPayload: number;
  readonly #settings: JobsSettings;
  readonly #turns = new Turns<Seat>();
  readonly #teller = new Teller();
  readonly #notices: Notices;
  /** Those that were ever used. */
  readonly #places: Place[] = [];
  #run: Run | undefined;
  #out = 0;
  #counts = { completed: 0, failed: 0 };
  readonly #rounds = new Rounds(() => this.#round());
  #closing: PoolClosedError | undefined;
  #ended: Promise<void> | undefined;
  #end!: () => void;
  #ending = false;

  constructor(settings: JobsSettings) {
    this.size = settings.size;
    this.maxPayload = settings.maxPayload;
    this.#settings = settings;
    this.#notices = new Notices(settings.onError);
  }

  get events$(): Observable<PoolEvent> {
    return this.#teller.events$;
  }

  stats(): Omit<PoolStats, 'dropped'> {
    const places = this.#ending ? [] : this.#places;
    let running = 0;
    for (const { job } of places) running += job?.waited.length ?? 0;
    const idle = places.filter(({ job }) => job === undefined).length;
    return { workers: places.length, idle, running, ...this.#counts, restarts: 0, ...timesOf(this.#places, places) };
  }

  attach(feed: Feed): StreamPlace {
    if (this.#closing !== undefined) throw this.#closedError();
    const seat = new Seat(feed, this);
    this.#turns.add(seat);
    return seat;
  }

  hasRoomFor({ feed, fits }: Seat): boolean {
    return fits && this.#out < this.size && feed.waiting() === 0;
  }

  isQueued(seat: Seat): boolean {
    return this.#turns.queued(seat);
  }

  enqueue(seat: Seat): void {
    this.#turns.enqueue(seat);
  }

  /** Makes jobs while there are tasks and places for them, and sends those together; never inside itself. */
  pump(): void {
    do if (!this.#rounds.run()) return;
    while (this.#turns.fetch());
    if (this.#closing !== undefined && this.#turns.size === 0) void this.#finish();
  }

  cancel(seat: Seat, from: number): void {
    for (const { job } of this.#places) {
      if (job?.seat !== seat) continue;
      const at = job.tasks.findIndex(({ seq }) => seq >= from);
      if (at < 0 || at >= job.cancelledFrom) continue;
      job.cancelledFrom = at;
      this.#run?.cancel(job);
    }
    this.pump();
  }

  leave(seat: Seat): void {
    seat.left = true;
    this.#turns.remove(seat);
    this.cancel(seat, 0);
  }

  unsendable({ feed }: Seat, failures: readonly (readonly [Task, unknown])[]): void {
    for (const [task, error] of failures) {
      this.#counts.failed++;
      feed.failure(task, error);
    }
    feed.drain();
    this.pump();
  }

  close(drain: boolean): Promise<void> {
    this.#ended ??= new Promise((resolve) => (this.#end = resolve));
    const first = this.#closing === undefined;
    this.#closing ??= this.#closedError();
    for (const { feed } of this.#turns)
      if (!drain) feed.error(this.#closedError());
      else if (first) feed.closing(this.#closing);
    this.pump();
    return this.#ended;
  }

  #round(): void {
    const jobs: Job[] = [];
    while (this.#out < this.size) {
      const seat = this.#turns.next(({ fits }) => fits);
      if (seat === undefined) break;
      const job = this.#make(seat);
      if (job !== undefined) jobs.push(job);
    }
    this.#send(jobs);
  }

  #make(seat: Seat): Job | undefined {
    const { feed } = seat;
    // What is left is shared out evenly, so that no machine ends long after the others.
    const share = Math.ceil(feed.waiting() / Math.min(this.size, feed.concurrency));
    const load = feed.inContext(() => seat.take(share));
    // `fn` is the user's: it may have ended its stream, or closed the pool.
    if (load.tasks.length === 0 || seat.left) return undefined;
    const { again, args, tasks } = load;
    const free = this.#places.findIndex((each) => each.job === undefined);
    const place = free < 0 ? this.#places.push(new Place()) - 1 : free;
    const { concurrency, terminateAfter, timeout } = feed;
    const job = new Job(
      seat,
      place,
      tasks,
      {
        methods: tasks.map(({ method }) => method),
        args,
        indices: tasks.map(({ index }) => index),
        // With a limit, a job counts as one of those that run at once.
        spread: concurrency === Infinity,
        timeout: timeout ?? null,
        terminateAfter: terminateAfter === Infinity ? null : terminateAfter,
      },
      again,
    );
    this.#places[place]!.job = job;
    if (free < 0) this.#teller.up(place);
    this.#out++;
    seat.out++;
    return job;
  }

  #send(jobs: readonly Job[]): void {
    // Those of a stream that a later `fn` has ended.
    for (const job of jobs) if (job.cancelled) this.#free(job);
    const wanted = jobs.filter(({ cancelled }) => !cancelled);
    if (wanted.length === 0) return;
    if (this.#run === undefined || this.#run.ended)
      this.#run = new Run(this.#settings, {
        ended: (job, data, failure) => this.#done(job, data, failure),
        missing: (job) => this.#lost(job, 'was removed from the queue', MOST_LOSSES),
        dropped: (job) => this.#free(job),
        troubled: (error) => this.#notices.say(error),
        broken: (why, cause) => this.#broken(why, cause),
      });
    this.#run.add(wanted);
  }

  #done(job: Job, data: string | null, failure: string | null): void {
    const { feed } = job.seat;
    // Whatever BullMQ says of it: a machine has run it, and has said what came of it.
    const report = reportIn(data);
    if (report === undefined) {
      if (failure !== null && STALLED.test(failure)) this.#lost(job, `failed in the queue: ${failure}`, 1);
      else this.#strange(job, failure === null ? 'was completed without a result' : `was failed: ${failure}`);
      return;
    }
    const { ms, times, values } = report;
    const unable = unableOf(report, this.maxPayload);
    const unrun: Task[] = [];
    let bytes = 0;
    let ran = 0;
    for (const [at, task] of job.waited.entries()) {
      const { fate, outcome: found } = outcomeOf(report, at, task, this.maxPayload, task.subscribed ?? feed.subscribed);
      if (fate === 'unrun') {
        unrun.push(task);
        continue;
      }
      bytes += values[at]!.length;
      ran++;
      const outcome = this.#settle(job, task, fate, found);
      this.#teller.ended(job, task, outcome, times[2 * at], times[2 * at + 1]);
    }
    this.#places[job.place]!.told(job, ms);
    this.#teller.cancelled(job);
    job.seat.observe(ran, ms, bytes);
    this.#free(job);
    job.seat.putBack(unrun, job);
    if (unable === undefined) feed.drain();
    else feed.error(unable);
    this.pump();
  }

  #settle({ seat: { feed } }: Job, task: Task, fate: 'value' | 'error' | 'crash', outcome: unknown): Outcome {
    if (fate === 'value') {
      this.#counts.completed++;
      feed.value(task, outcome);
      return 'value';
    }
    if (fate === 'crash') {
      if (!feed.crashed(task, outcome as Error)) this.#counts.failed++;
      return 'crash';
    }
    this.#counts.failed++;
    feed.failure(task, outcome);
    return outcome instanceof TaskTimeoutError ? 'timeout' : 'error';
  }

  /** The job is gone, without an outcome: its tasks are sent again, each alone; one that has been lost so often fails. */
  #lost(job: Job, how: string, most: number): void {
    this.#again(job, most, (task) => {
      const error = new WorkerCrashedError(`The job of task ${task.index} ${how}`);
      if (!job.seat.feed.crashed(task, error)) this.#counts.failed++;
      this.#teller.ended(job, task, 'crash');
    });
  }

  /** Somebody else has ended the job: that is no task's failure, and where it goes on, none of theirs. */
  #strange(job: Job, how: string): void {
    const { feed } = job.seat;
    const { queue } = this.#settings;
    this.#again(job, MOST_STRANGERS, ({ index }) => {
      const what = `The job of task ${index} ${how}, as ${MOST_STRANGERS - 1} before it`;
      feed.error(
        new WorkerInitError(
          `The queue "${queue}" cannot be used: ${what}; another worker than serve() is on the queue`,
        ),
      );
    });
  }

  #again(job: Job, most: number, fail: (task: Task) => void): void {
    const { seat, tasks, waited } = job;
    const again: Task[] = [];
    for (const task of waited) {
      const times = seat.lost(task);
      if (times < most || tasks.length > 1) again.push(task);
      else fail(task);
    }
    this.#teller.cancelled(job);
    this.#free(job);
    seat.putBack(again, job);
    seat.feed.drain();
    this.pump();
  }

  /** Nothing comes of what is out: everyone who waits is told. */
  #broken(why: string, cause: Error): void {
    const { queue } = this.#settings;
    for (const { feed } of this.#turns)
      feed.error(new WorkerInitError(`The queue "${queue}" cannot be used: ${why}`, { cause }));
    this.pump();
  }

  #free(job: Job): void {
    const place = this.#places[job.place]!;
    if (place.job !== job) return;
    place.job = undefined;
    this.#out--;
    job.seat.out--;
  }

  async #finish(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    await this.#run?.end();
    this.#notices.end();
    this.#teller.gone(this.#places.keys());
    this.#end();
  }

  #closedError(): PoolClosedError {
    return new PoolClosedError(`The pool on the queue "${this.#settings.queue}" is closed`);
  }
}
