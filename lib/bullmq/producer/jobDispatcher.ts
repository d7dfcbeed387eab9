/** A pool on a queue: which stream the next job is made for, and what becomes of those that are out. */
import { Dispatcher } from '../../pool/dispatcher.ts';
import type { Outcome } from '../../pool/poolEvents.ts';
import { PoolClosedError, TaskTimeoutError, WorkerCrashedError, WorkerInitError } from '../../api/errors.ts';
import type { PoolStats } from '../../api/pool.ts';
import type { Task, TaskSource } from '../../pool/contract.ts';
import { ANY_SERVER, type Server } from '../../pool/roundRobin.ts';
import { monotonic } from '../../primitives/clock.ts';
import { Job, requestOf } from './job.ts';
import { read } from '../shared/codec.ts';
import { type OnError, Notices } from '../shared/notices.ts';
import { outcomeOf, reportIn, unableOf } from './outcomes.ts';
import { JobSlot, timesOf } from './jobSlot.ts';
import { QueueSession, type SessionSettings } from './queueSession.ts';
import { JobAttachment, type JobPool } from './jobAttachment.ts';
import { JobEvents } from './jobEvents.ts';

export interface JobSettings extends SessionSettings {
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

/** A job takes tasks of any stream that has not as many jobs out as it may have. */
const SERVER: Server<JobAttachment> = { ...ANY_SERVER, serves: ({ fits }) => fits };

export class JobDispatcher extends Dispatcher<JobAttachment> implements JobPool {
  readonly oneResult =
    'a task of bullmqPool has one result: a job has no way to hold its task back until its values have been emitted. Use a workerPool; or parallelMap, with a method that returns an array, of a part of them where they are many';
  readonly notSticky =
    'sticky cannot be kept over bullmqPool: any machine takes the next job. Give each machine a queue and a pool of its own, and choose by the key';
  readonly maxPayload: number;
  readonly #settings: JobSettings;
  readonly #taskEvents = new JobEvents(this.events);
  readonly #notices: Notices;
  /** Those that were ever used. */
  readonly #slots: JobSlot[] = [];
  #run: QueueSession | undefined;
  #out = 0;
  #ending = false;

  constructor(settings: JobSettings) {
    super(settings.size, () => new PoolClosedError(`The pool on the queue "${settings.queue}" is closed`));
    this.maxPayload = settings.maxPayload;
    this.#settings = settings;
    this.#notices = new Notices(settings.onError);
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    const slots = this.#ending ? [] : this.#slots;
    let running = 0;
    for (const { job } of slots) running += job?.waited.length ?? 0;
    const idle = slots.filter(({ job }) => job === undefined).length;
    return {
      workers: slots.length,
      idle,
      running,
      ...this.counts,
      restarts: 0,
      ...timesOf(this.#slots, slots),
      ...this.times.summary,
    };
  }

  each(): Promise<never> {
    return Promise.reject(
      new TypeError(
        'pool.each: a pool on a queue does not know which machines there are, nor their workers; call each on the pool given to serve()',
      ),
    );
  }

  warmUp(): Promise<never> {
    return Promise.reject(
      new TypeError(
        'pool.warmUp: the workers of a pool on a queue are those of its machines; call warmUp on the pool given to serve()',
      ),
    );
  }

  attach(source: TaskSource): JobAttachment {
    return this.add(new JobAttachment(source, this));
  }

  hasRoomFor({ source, fits }: JobAttachment): boolean {
    return fits && this.#out < this.size && source.waiting() === 0;
  }

  protected revoke(attachment: JobAttachment, from: number): void {
    for (const { job } of this.#slots) {
      if (job?.attachment !== attachment) continue;
      const at = job.tasks.findIndex(({ seq }) => seq >= from);
      if (at < 0 || at >= job.cancelledFrom) continue;
      job.cancelledFrom = at;
      this.#run?.cancel(job);
    }
  }

  unsendable({ source }: JobAttachment, failures: readonly (readonly [Task, unknown])[]): void {
    for (const [task, error] of failures) {
      this.counts.failed++;
      source.failure(task, error);
    }
    source.proceed();
    this.pump();
  }

  /** Makes jobs while there are tasks and slots for them, and sends those together. */
  protected pass(): void {
    const jobs: Job[] = [];
    while (this.#out < this.size) {
      const attachment = this.roundRobin.next(SERVER);
      if (attachment === undefined) break;
      const job = this.#make(attachment);
      if (job !== undefined) jobs.push(job);
    }
    this.#send(jobs);
  }

  #make(attachment: JobAttachment): Job | undefined {
    const { source } = attachment;
    // What is left is shared out evenly, so that no machine ends long after the others.
    const share = Math.ceil(source.waiting() / Math.min(this.size, source.concurrency));
    const load = source.inContext(() => attachment.take(share));
    // `fn` is the user's: it may have ended its stream, or closed the pool.
    if (load.tasks.length === 0 || attachment.detached) return undefined;
    if (this.paused) {
      source.putBack(load.tasks);
      return undefined;
    }
    const { again, args, tasks } = load;
    const free = this.#slots.findIndex((each) => each.job === undefined);
    const slot = free < 0 ? this.#slots.push(new JobSlot()) - 1 : free;
    const request = requestOf(source, tasks, args, this.events.observed, this.maxPayload);
    const job = new Job(attachment, slot, tasks, request, again);
    this.#slots[slot]!.job = job;
    if (free < 0) this.#taskEvents.up(slot);
    this.#out++;
    attachment.out++;
    return job;
  }

  #send(jobs: readonly Job[]): void {
    // Those of a stream that a later `fn` has ended.
    for (const job of jobs) if (job.cancelled) this.#free(job);
    const wanted = jobs.filter(({ cancelled }) => !cancelled);
    if (wanted.length === 0) return;
    if (this.#run === undefined || this.#run.ended)
      this.#run = new QueueSession(this.#settings, {
        ended: (job, data, failure) => this.#done(job, data, failure),
        reported: (job, seq, text) => this.#reported(job, seq, text),
        missing: (job) => this.#jobLost(job, 'was removed from the queue', MOST_LOSSES),
        dropped: (job) => this.#free(job),
        troubled: (error) => this.#notices.say(error),
        broken: (why, cause) => this.#broken(why, cause),
      });
    this.#run.add(wanted);
  }

  #reported(job: Job, seq: number, text: string): void {
    const task = job.waited[seq];
    if (task === undefined) return;
    let value: unknown;
    try {
      value = read(text, this.maxPayload);
    } catch (error) {
      return this.#notices.say(error);
    }
    this.#taskEvents.reported(job, task, value);
    job.attachment.source.report?.(task, value);
  }

  #done(job: Job, data: string | null, failure: string | null): void {
    const { source } = job.attachment;
    // Whatever BullMQ says of it: a machine has run it, and has said what came of it.
    const report = reportIn(data);
    if (report === undefined) {
      if (failure !== null && STALLED.test(failure)) this.#jobLost(job, `failed in the queue: ${failure}`, 1);
      else this.#strange(job, failure === null ? 'was completed without a result' : `was failed: ${failure}`);
      return;
    }
    const { ms, times, values } = report;
    const unable = unableOf(report, this.maxPayload);
    const unrun: Task[] = [];
    let bytes = 0;
    let ran = 0;
    let since = 0;
    for (const [at, task] of job.waited.entries()) {
      const { fate, outcome: found } = outcomeOf(report, at, task, this.maxPayload, task.callSite ?? source.callSite);
      if (fate === 'unrun') {
        unrun.push(task);
        continue;
      }
      bytes += values[at]!.length;
      ran++;
      since += task.arrival?.time ?? job.posted;
      const outcome = this.#settle(job, task, fate, found);
      this.#taskEvents.ended(job, task, outcome, times[2 * at], times[2 * at + 1], found);
    }
    this.#slots[job.slot]!.add(job, ms);
    if (ran > 0) this.times.record(monotonic() - since / ran, ms / ran, ran);
    this.#taskEvents.cancelled(job);
    job.attachment.observe(ran, ms, bytes);
    this.#free(job);
    job.attachment.putBack(unrun, job);
    if (unable === undefined) source.proceed();
    else source.error(unable);
    this.pump();
  }

  #settle({ attachment: { source } }: Job, task: Task, fate: 'value' | 'error' | 'crash', outcome: unknown): Outcome {
    if (fate === 'value') {
      this.counts.completed++;
      source.value(task, outcome);
      return 'value';
    }
    if (fate === 'crash') {
      if (!source.crashed(task, outcome as Error)) this.counts.failed++;
      return 'crash';
    }
    this.counts.failed++;
    source.failure(task, outcome);
    return outcome instanceof TaskTimeoutError ? 'timeout' : 'error';
  }

  /** The job is gone, without an outcome: its tasks are sent again, each alone; one that has been lost so often fails. */
  #jobLost(job: Job, how: string, most: number): void {
    this.#again(job, most, (task) => {
      const error = new WorkerCrashedError(`The job of task ${task.index} ${how}`);
      if (!job.attachment.source.crashed(task, error)) this.counts.failed++;
      this.#taskEvents.ended(job, task, 'crash');
    });
  }

  /** Somebody else has ended the job: that is no task's failure, and where it goes on, none of theirs. */
  #strange(job: Job, how: string): void {
    const { source } = job.attachment;
    const { queue } = this.#settings;
    this.#again(job, MOST_STRANGERS, ({ index }) => {
      const what = `The job of task ${index} ${how}, as ${MOST_STRANGERS - 1} before it`;
      source.error(
        new WorkerInitError(
          `The queue "${queue}" cannot be used: ${what}; another worker than serve() is on the queue`,
        ),
      );
    });
  }

  #again(job: Job, most: number, fail: (task: Task) => void): void {
    const { attachment, tasks, waited } = job;
    const again: Task[] = [];
    for (const task of waited) {
      const times = attachment.countLoss(task);
      if (times < most || tasks.length > 1) again.push(task);
      else fail(task);
    }
    this.#taskEvents.cancelled(job);
    this.#free(job);
    attachment.putBack(again, job);
    attachment.source.proceed();
    this.pump();
  }

  /** Nothing comes of what is out: everyone who waits is told. */
  #broken(why: string, cause: Error): void {
    const { queue } = this.#settings;
    for (const { source } of this.roundRobin)
      source.error(new WorkerInitError(`The queue "${queue}" cannot be used: ${why}`, { cause }));
    this.pump();
  }

  #free(job: Job): void {
    const slot = this.#slots[job.slot]!;
    if (slot.job !== job) return;
    slot.job = undefined;
    this.#out--;
    job.attachment.out--;
  }

  protected async end(): Promise<void> {
    this.#ending = true;
    await this.#run?.end();
    this.#notices.end();
    this.#taskEvents.gone(this.#slots.keys());
  }
}
