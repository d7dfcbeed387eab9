/** The dispatcher of a pool on a queue: makes jobs of the tasks of its streams, and settles the tasks when their job is back. */
import { PoolClosedError, TaskTimeoutError, WorkerInitError } from '../../api/errors.ts';
import type { PoolStats } from '../../api/types/pool.ts';
import type { Task, TaskSource } from '../../pool/contract.ts';
import { Dispatcher } from '../../pool/dispatcher.ts';
import type { Outcome } from '../../pool/poolEvents.ts';
import { ANY_SERVER, type Server } from '../../pool/roundRobin.ts';
import { monotonic } from '../../primitives/clock.ts';
import { read } from '../shared/codec.ts';
import { type OnError, Notices } from '../shared/notices.ts';
import { Job, requestOf } from './job.ts';
import { JobAttachment, type JobPool } from './jobAttachment.ts';
import { JobEvents } from './jobEvents.ts';
import { type JobLoss, REMOVED, lossError, lossOf } from './jobLoss.ts';
import { JobSlots } from './jobSlots.ts';
import { outcomeOf, resultIn, unableOf } from './outcomes.ts';
import { QueueSession, type SessionSettings } from './queueSession.ts';

export interface JobSettings extends SessionSettings {
  /** Most jobs out at once. */
  readonly size: number;
  /** Most bytes of a task's arguments. */
  readonly maxPayload: number;
  readonly onError: OnError;
}

/** A job may be of any stream that may have one more job out. */
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
  readonly #slots = new JobSlots();
  #session: QueueSession | undefined;
  #ending = false;

  constructor(settings: JobSettings) {
    super(settings.size, () => new PoolClosedError(`The pool on the queue "${settings.queue}" is closed`));
    this.maxPayload = settings.maxPayload;
    this.#settings = settings;
    this.#notices = new Notices(settings.onError);
  }

  stats(): Omit<PoolStats, 'dropped' | 'paused'> {
    return { ...this.#slots.stats(this.#ending), ...this.counts, restarts: 0, ...this.times.summary };
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
    return fits && this.#slots.out < this.size && source.waiting() === 0;
  }

  protected revoke(attachment: JobAttachment, from: number): void {
    for (const job of this.#slots.jobs()) {
      if (job.attachment !== attachment) continue;
      const at = job.tasks.findIndex(({ seq }) => seq >= from);
      if (at < 0 || at >= job.cancelledFrom) continue;
      job.cancelledFrom = at;
      this.#session?.cancel(job);
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

  /** Makes jobs while there are tasks and slots for them, and adds them to the queue in one command. */
  protected pass(): void {
    const jobs: Job[] = [];
    while (this.#slots.out < this.size) {
      const attachment = this.roundRobin.next(SERVER);
      if (attachment === undefined) break;
      const job = this.#make(attachment);
      if (job !== undefined) jobs.push(job);
    }
    this.#send(jobs);
  }

  #make(attachment: JobAttachment): Job | undefined {
    const { source } = attachment;
    // The remaining tasks are shared out evenly, so that no machine ends long after the others.
    const share = Math.ceil(source.waiting() / Math.min(this.size, source.concurrency));
    const load = source.inContext(() => attachment.take(share));
    // `fn` is the user's: it may have ended its stream, or closed the pool.
    if (load.tasks.length === 0 || attachment.detached) return undefined;
    if (this.paused) {
      source.putBack(load.tasks);
      return undefined;
    }
    const { again, args, tasks } = load;
    const request = requestOf(source, tasks, args, this.events.observed, this.maxPayload);
    const job = new Job(attachment, this.#slots.free, tasks, request, again);
    if (this.#slots.put(job)) this.#taskEvents.up(job.slot);
    attachment.out++;
    return job;
  }

  #send(jobs: readonly Job[]): void {
    // `fn` of a later job may have ended the stream of an earlier one.
    for (const job of jobs) if (job.cancelled) this.#free(job);
    const wanted = jobs.filter(({ cancelled }) => !cancelled);
    if (wanted.length === 0) return;
    if (this.#session === undefined || this.#session.ended)
      this.#session = new QueueSession(this.#settings, {
        ended: (job, data, failure) => this.#ended(job, data, failure),
        reported: (job, seq, text) => this.#reported(job, seq, text),
        missing: (job) => this.#lost(job, REMOVED),
        dropped: (job) => this.#free(job),
        failed: (error) => this.#notices.add(error),
        broken: (why, cause) => this.#broken(why, cause),
      });
    this.#session.add(wanted);
  }

  #reported(job: Job, seq: number, text: string): void {
    const task = job.waited[seq];
    if (task === undefined) return;
    let value: unknown;
    try {
      value = read(text, this.maxPayload);
    } catch (error) {
      return this.#notices.add(error);
    }
    this.#taskEvents.reported(job, task, value);
    job.attachment.source.report?.(task, value);
  }

  #ended(job: Job, data: string | null, failure: string | null): void {
    // With a result the failure does not count: a machine has written the result, and Redis has refused to complete the job.
    const result = resultIn(data);
    if (result === undefined) return this.#lost(job, lossOf(failure));
    const { attachment } = job;
    const { source } = attachment;
    const { ms, times, values } = result;
    const unable = unableOf(result, this.maxPayload);
    const unrun: Task[] = [];
    let length = 0;
    let ran = 0;
    let since = 0;
    for (const [at, task] of job.waited.entries()) {
      const { status, outcome: found } = outcomeOf(result, at, task, this.maxPayload, task.callSite ?? source.callSite);
      if (status === 'unrun') {
        unrun.push(task);
        continue;
      }
      length += values[at]!.length;
      ran++;
      since += task.arrival?.time ?? job.posted;
      const outcome = this.#settle(job, task, status, found);
      this.#taskEvents.ended(job, task, outcome, times[2 * at], times[2 * at + 1], found);
    }
    this.#slots.count(job, ms);
    if (ran > 0) this.times.record(monotonic() - since / ran, ms / ran, ran);
    this.#taskEvents.cancelled(job);
    attachment.observe(ran, ms, length);
    this.#free(job);
    attachment.putBack(unrun, job);
    if (unable === undefined) source.proceed();
    else source.error(unable);
    this.pump();
  }

  #settle({ attachment: { source } }: Job, task: Task, status: 'value' | 'error' | 'crash', outcome: unknown): Outcome {
    if (status === 'value') {
      this.counts.completed++;
      source.value(task, outcome);
      return 'value';
    }
    if (status === 'crash') {
      if (!source.crashed(task, outcome as Error)) this.counts.failed++;
      return 'crash';
    }
    this.counts.failed++;
    source.failure(task, outcome);
    return outcome instanceof TaskTimeoutError ? 'timeout' : 'error';
  }

  /** The job has no result: its tasks are sent again, each alone. A task with too many such jobs fails, or ends its stream. */
  #lost(job: Job, loss: JobLoss): void {
    const { attachment, tasks, waited } = job;
    const { source } = attachment;
    const again: Task[] = [];
    for (const task of waited) {
      const times = attachment.countLoss(task);
      if (times < loss.most || tasks.length > 1) {
        again.push(task);
        continue;
      }
      const error = lossError(loss, task.index, this.#settings.queue);
      if (loss.foreign) {
        source.error(error);
        continue;
      }
      if (!source.crashed(task, error)) this.counts.failed++;
      this.#taskEvents.ended(job, task, 'crash');
    }
    this.#taskEvents.cancelled(job);
    this.#free(job);
    attachment.putBack(again, job);
    source.proceed();
    this.pump();
  }

  /** The session has ended: so do all streams. */
  #broken(why: string, cause: Error): void {
    const { queue } = this.#settings;
    for (const { source } of this.roundRobin)
      source.error(new WorkerInitError(`The queue "${queue}" cannot be used: ${why}`, { cause }));
    this.pump();
  }

  #free(job: Job): void {
    if (this.#slots.release(job)) job.attachment.out--;
  }

  protected async end(): Promise<void> {
    this.#ending = true;
    await this.#session?.end();
    this.#notices.end();
    this.#taskEvents.gone(this.#slots.numbers);
  }
}
