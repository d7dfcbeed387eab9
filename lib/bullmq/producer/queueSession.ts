/** The session of a pool in Redis: adds jobs, cancels them, and removes those that have ended. */
import type { Queue as BullQueue } from 'bullmq';
import { clearInterval, setInterval } from '../../primitives/clock.ts';
import { jobRequest, reportOf } from '../shared/message.ts';
import { Queue } from '../shared/peers.ts';
import { QueueKeys, runOf } from '../shared/queueKeys.ts';
import { within } from '../shared/redis.ts';
import { RedisConnection, type RedisConnectionSettings } from '../shared/redisConnection.ts';
import { explain } from '../shared/redisErrors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Job } from './job.ts';
import { placeOf } from './jobPlace.ts';
import { JobReader } from './jobReader.ts';

export interface SessionSettings extends RedisConnectionSettings {
  readonly queue: string;
  readonly prefix: string;
  readonly checkInterval: number;
  readonly expireAfter: number;
}

export interface SessionEvents {
  /** A job has ended. `data`: what is in it; `failure`: the reason that BullMQ has of one that failed. */
  ended(job: Job, data: string | null, failure: string | null): void;
  /** A task of a job has reported something, as text. */
  reported(job: Job, seq: number, text: string): void;
  /** A job is in Redis no longer, and was not read. */
  missing(job: Job): void;
  /** No result of the job will come any more: the session has ended. */
  dropped(job: Job): void;
  /** An error between this process and Redis, after which the session goes on. */
  failed(error: unknown): void;
  /** Redis refused something for good, or never answered: the session has ended. `why` explains `error`. */
  broken(why: string, error: Error): void;
}

/** The longest waits of a session that ends, in ms: for cancelled jobs to leave the queue, and for the removal of its heartbeat. */
const CLOSE_WITHIN = 2000;

export class QueueSession {
  /** The name of its run. BullMQ wants ids of jobs that are not all digits, and have no colon. */
  readonly id: string = `r${crypto.randomUUID().replaceAll('-', '')}`;
  readonly #settings: SessionSettings;
  readonly #events: SessionEvents;
  readonly #keys: QueueKeys;
  readonly #redis: RedisConnection;
  readonly #heartbeat: Heartbeat;
  readonly #queue: BullQueue;
  readonly #reader: JobReader;
  /** Jobs that are in Redis, as far as is known here. */
  readonly #jobs = new Map<string, Job>();
  /** Removals and cancellations that are in flight. */
  #removing = 0;
  #cancelling = 0;
  #lastNumber = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  #ifEmpty: (() => void) | undefined;

  constructor(settings: SessionSettings, events: SessionEvents) {
    this.#settings = settings;
    this.#events = events;
    const { checkInterval, expireAfter, prefix, queue } = settings;
    this.#keys = new QueueKeys(prefix, queue);
    const redis = new RedisConnection(settings, {
      ready: () => {
        if (!this.empty) void redis.try(() => this.#heartbeat.beat());
        void this.#reader.look();
      },
      failed: (error) => events.failed(error),
      ended: (why) => this.#close(why),
    });
    this.#redis = redis;
    this.#reader = new JobReader(redis, this.#keys, this.#jobs, {
      ended: (job, data, failure) => {
        this.#remove(job.id);
        this.#forget(job);
        events.ended(job, data, failure);
      },
      missing: (job) => this.#missing(job),
      endedAgain: (id) => this.#remove(id),
      cancelled: (job) => this.cancel(job),
      read: () => this.#update(),
    });
    redis.subscriber.on('message', (_channel: string, message: string) => this.#receive(message));
    this.#heartbeat = new Heartbeat(redis, this.#keys, this.id, expireAfter, checkInterval);
    // Both directions are tried now: a user without rights on channels would otherwise only notice that nothing comes.
    void redis.ask(() => redis.subscriber.subscribe(this.#keys.ended(this.id)));
    void redis.ask(() => redis.client.publish(this.#keys.cancelled, ''));
    this.#queue = new Queue(queue, { connection: redis.client, prefix, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
  }

  get ended(): boolean {
    return this.#redis.ended;
  }

  /** Whether nothing of it is in Redis. */
  get empty(): boolean {
    return this.#jobs.size === 0 && this.#removing === 0 && this.#cancelling === 0;
  }

  /** Whether an outcome or a removal is waited for. Cancelled jobs are not, once machines know of the cancellation. */
  get #wanted(): boolean {
    if (this.#removing > 0 || this.#cancelling > 0) return true;
    for (const { added, cancelled } of this.#jobs.values()) if (!cancelled || !added) return true;
    return false;
  }

  add(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.number = this.#lastNumber++;
      job.id = `${this.id}-${job.number}`;
      this.#jobs.set(job.id, job);
    }
    this.#update();
    const entries = jobs.map((job) => ({
      name: job.request.methods[0]!,
      data: jobRequest({ run: this.id, ...job.request }),
      opts: {
        jobId: job.id,
        ...placeOf(job, this.#jobs.values()),
        attempts: 1,
        removeOnComplete: false,
        removeOnFail: false,
      },
    }));
    // Each job that goes to the head goes before what is there: to keep their order they are added last to first.
    const heads = entries.filter(({ opts }) => opts.lifo === true).toReversed();
    const others = entries.filter(({ opts }) => opts.lifo !== true);
    void this.#redis
      .ask(() => Promise.all([this.#heartbeat.ensure(), this.#queue.addBulk([...others, ...heads])]))
      .then(() => {
        for (const job of jobs) {
          job.added = true;
          if (job.cancelledFrom < Infinity) this.cancel(job);
        }
      });
  }

  /** Removes a cancelled job from the queue, or publishes to the machine that runs it which tasks are cancelled. */
  cancel(job: Job): void {
    // One that is being added is cancelled when it has been.
    if (!job.added || !this.#jobs.has(job.id)) return;
    this.#cancelling++;
    void this.#cancel(job).then(() => {
      this.#cancelling--;
      this.#update();
    });
  }

  async #cancel(job: Job): Promise<void> {
    const { cancelledFrom, id } = job;
    await this.#redis.attempt(async () => {
      const removed = cancelledFrom === 0 ? await errorOr(this.#queue.remove(id)) : 0;
      if (removed === 1) return this.#missing(job);
      // Published even where the removal was refused: channels work while Redis refuses writes.
      const published = this.#redis.client.publish(this.#keys.cancelled, `${id} ${cancelledFrom}`);
      await Promise.all([this.#heartbeat.cancelled(id, cancelledFrom), published]);
      if (removed instanceof Error) throw removed;
    });
  }

  /** Ends the session; idempotent. What remains of it in Redis has no owner then, and machines remove it. */
  async end(): Promise<void> {
    if (this.ended) return;
    const empty = new Promise<void>((resolve) => (this.#ifEmpty = resolve));
    this.#update();
    await within(CLOSE_WITHIN, empty);
    await within(CLOSE_WITHIN, this.#removeHeartbeat());
    this.#redis.end();
  }

  /** While Redis is unreachable there is nothing to do: the heartbeat expires. */
  async #removeHeartbeat(): Promise<void> {
    if (this.#redis.client.status === 'ready') await this.#redis.try(() => this.#heartbeat.remove());
  }

  #close(why?: Error): void {
    clearInterval(this.#looking);
    // Nobody reads the results of its jobs: without the heartbeat, machines do not run them even before it would expire.
    if (why !== undefined) void this.#removeHeartbeat();
    this.#heartbeat.stop();
    this.#queue.close().catch(() => {});
    for (const job of this.#jobs.values()) this.#events.dropped(job);
    this.#update();
    if (why !== undefined) this.#events.broken(explain(why, this.#keys), why);
  }

  #receive(message: string): void {
    const report = reportOf(message);
    if (report === undefined) {
      if (runOf(message) === this.id) this.#reader.hint(message);
      return;
    }
    const job = this.#jobs.get(report.id);
    if (job !== undefined) this.#events.reported(job, report.seq, report.text);
  }

  #missing(job: Job): void {
    if (!this.#forget(job)) return;
    // Redis may have been emptied: without a heartbeat, machines would not run the tasks that are sent again.
    void this.#redis.try(() => this.#heartbeat.beat());
    this.#events.missing(job);
  }

  #forget({ cancelledFrom, id }: Job): boolean {
    const had = this.#jobs.delete(id);
    if (had && cancelledFrom < Infinity) void this.#redis.try(() => this.#heartbeat.forget(id));
    return had;
  }

  #remove(id: string): void {
    this.#removing++;
    void this.#redis
      .attempt(() => this.#queue.remove(id))
      .then(() => {
        this.#removing--;
        this.#update();
      });
  }

  /** While something of it is in Redis, the session has a heartbeat, looks at its jobs, and keeps the process alive. */
  #update(): void {
    if (this.ended || this.empty) this.#ifEmpty?.();
    if (this.ended) return;
    this.#redis.hold(this.#wanted);
    if (!this.empty === this.#heartbeat.beats) return;
    if (this.empty) {
      clearInterval(this.#looking);
      this.#heartbeat.stop();
      void this.#redis.try(() => this.#heartbeat.remove());
      return;
    }
    // While Redis is unreachable, looks would only queue up; one follows when it is back.
    const look = (): unknown => this.#redis.client.status === 'ready' && this.#reader.look();
    this.#looking = setInterval(look, this.#settings.checkInterval);
    // The sockets keep the process alive.
    this.#looking.unref();
    // The first beat goes with the jobs.
    this.#heartbeat.start();
  }
}

/** What a promise resolves to, or the error with which it rejects. */
const errorOr = <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);
