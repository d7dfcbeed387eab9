/**
 * What a pool has in Redis while it is connected: adds jobs, reads what became of them, removes them.
 *
 * What servers say is a hint and may be lost: from time to time everything that is out is looked at.
 */
import type { Queue as BullQueue } from 'bullmq';
import { clearInterval, setInterval } from '../../primitives/clock.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Job } from './job.ts';
import { placeOf } from './jobPlace.ts';
import { RedisConnection, type RedisConnectionSettings } from '../shared/redisConnection.ts';
import { QueueKeys, jobRequest, reportOf, runOf } from '../shared/message.ts';
import { Queue } from '../shared/peers.ts';
import { within } from '../shared/redis.ts';
import { explain } from '../shared/redisErrors.ts';

export interface SessionSettings extends RedisConnectionSettings {
  readonly queue: string;
  readonly prefix: string;
  readonly checkInterval: number;
  readonly expireAfter: number;
}

/** What became of a job. */
export interface SessionEvents {
  /** It has ended; `data` is what its machine made of it, `failure` what BullMQ says of one that failed. */
  ended(job: Job, data: string | null, failure: string | null): void;
  /** A task of it has said something before its end. */
  reported(job: Job, seq: number, text: string): void;
  /** It is not there any more, and was not taken. */
  missing(job: Job): void;
  /** It was cancelled, and nothing more will be heard of it. */
  dropped(job: Job): void;
  /** Something went wrong between this process and Redis, and it goes on. */
  troubled(error: unknown): void;
  /** Redis has refused something, or was never there: nothing more will come of this run. `why` says more than `error`. */
  broken(why: string, error: Error): void;
}

/** How long a closing run waits for what is cancelled to leave the queue, and then for its last words to be heard, in ms. */
const CLOSE_WITHIN = 2000;

export class QueueSession {
  /** Not all digits, without a colon: as BullMQ wants the names of jobs. */
  readonly id: string = `r${crypto.randomUUID().replaceAll('-', '')}`;
  readonly #settings: SessionSettings;
  readonly #events: SessionEvents;
  readonly #names: QueueKeys;
  readonly #redis: RedisConnection;
  readonly #heartbeat: Heartbeat;
  readonly #queue: BullQueue;
  /** Jobs that are in Redis, as far as is known. */
  readonly #jobs = new Map<string, Job>();
  /** Jobs that servers say have ended, and that are to be read. */
  #hinted = new Set<string>();
  #reading = false;
  /** Removals and cancellations on their way. */
  #leaving = 0;
  #cancelling = 0;
  #lastId = 0;
  #check: ReturnType<typeof setInterval> | undefined;
  #ifEmpty: (() => void) | undefined;

  constructor(settings: SessionSettings, events: SessionEvents) {
    this.#settings = settings;
    this.#events = events;
    const { expireAfter, prefix, queue } = settings;
    this.#names = new QueueKeys(prefix, queue);
    const redis = new RedisConnection(settings, {
      ready: () => {
        if (!this.empty) void redis.try(() => this.#heartbeat.beat());
        void this.#look();
      },
      failed: (error) => events.troubled(error),
      ended: (why) => this.#close(why),
    });
    this.#redis = redis;
    redis.subscriber.on('message', (_channel: string, message: string) => this.#heard(message));
    this.#heartbeat = new Heartbeat(redis, this.#names, this.id, expireAfter);
    // Who may not speak on channels is told now, and not by waiting for what machines say; nobody is meant.
    void redis.ask(() => redis.subscriber.subscribe(this.#names.ended(this.id)));
    void redis.ask(() => redis.client.publish(this.#names.cancelled, ''));
    this.#queue = new Queue(queue, { connection: redis.client, prefix, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
  }

  get ended(): boolean {
    return this.#redis.ended;
  }

  /** Whether nothing of it is in Redis. */
  get empty(): boolean {
    return this.#jobs.size === 0 && this.#leaving === 0 && this.#cancelling === 0;
  }

  /** Whether somebody waits for something of it; not for what is cancelled, once that has been told. */
  get #wanted(): boolean {
    if (this.#leaving > 0 || this.#cancelling > 0) return true;
    for (const { added, cancelled } of this.#jobs.values()) if (!cancelled || !added) return true;
    return false;
  }

  add(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.number = this.#lastId++;
      job.id = `${this.id}-${job.number}`;
      this.#jobs.set(job.id, job);
    }
    this.#keepAlive();
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
    // What goes to the head goes before what is there: it is added in reverse.
    const heads = entries.filter(({ opts }) => opts.lifo === true).toReversed();
    const others = entries.filter(({ opts }) => opts.lifo !== true);
    void this.#redis
      .ask(() => Promise.all([this.#heartbeat.known(), this.#queue.addBulk([...others, ...heads])]))
      .then(() => {
        for (const job of jobs) {
          job.added = true;
          if (job.cancelledFrom < Infinity) this.cancel(job);
        }
      });
  }

  /** Tells whoever runs it from which task on it is cancelled; takes it out of the queue where nobody does. */
  cancel(job: Job): void {
    // What is on its way there is cancelled when it has arrived.
    if (!job.added || !this.#jobs.has(job.id)) return;
    this.#cancelling++;
    void this.#cancel(job).then(() => {
      this.#cancelling--;
      this.#keepAlive();
    });
  }

  /** However often it takes: nobody waits for it. */
  async #cancel(job: Job): Promise<void> {
    const { cancelledFrom, id } = job;
    await this.#redis.attempt(async () => {
      const removed = cancelledFrom === 0 ? await settled(this.#queue.remove(id)) : 0;
      if (removed === 1) return this.#missing(job);
      // Also where Redis lets nobody write: what runs hears of it.
      const announced = this.#redis.client.publish(this.#names.cancelled, `${id} ${cancelledFrom}`);
      await Promise.all([this.#heartbeat.cancelled(id, cancelledFrom), announced]);
      if (removed instanceof Error) throw removed;
    });
  }

  /** Ends it, once. What is left of it in Redis is then nobody's, and servers remove it. */
  async end(): Promise<void> {
    if (this.ended) return;
    const empty = new Promise<void>((resolve) => (this.#ifEmpty = resolve));
    this.#keepAlive();
    await within(CLOSE_WITHIN, empty);
    await within(CLOSE_WITHIN, this.#removeHeartbeat());
    this.#redis.end();
  }

  /** Where Redis is gone it expires. */
  async #removeHeartbeat(): Promise<void> {
    if (this.#redis.client.status === 'ready') await this.#redis.try(() => this.#heartbeat.remove());
  }

  /** Nothing more is heard of what is out. */
  #close(why?: Error): void {
    clearInterval(this.#check);
    // Nobody takes what comes of its jobs: machines are not to run them until it expires.
    if (why !== undefined) void this.#removeHeartbeat();
    this.#heartbeat.stop();
    this.#queue.close().catch(() => {});
    for (const job of this.#jobs.values()) this.#events.dropped(job);
    this.#keepAlive();
    if (why !== undefined) this.#events.broken(explain(why, this.#names), why);
  }

  #heard(message: string): void {
    const report = reportOf(message);
    if (report === undefined) return this.#hint(message);
    const job = this.#jobs.get(report.id);
    if (job !== undefined) this.#events.reported(job, report.seq, report.text);
  }

  #hint(id: string): void {
    if (runOf(id) !== this.id) return;
    // A job that ended again after it was taken, having been taken over by another machine, may be left behind.
    if (!this.#jobs.has(id)) return this.#remove(id);
    this.#hinted.add(id);
    if (!this.#reading) void this.#read();
  }

  /** Takes what has ended, as long as there is some: those that end meanwhile are read together. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#hinted.size > 0 && !this.ended) {
      const ids = [...this.#hinted];
      this.#hinted = new Set();
      const states = await this.#states(ids, ['timestamp', 'finishedOn', 'failedReason', 'data']);
      for (const [at, id] of ids.entries()) this.#take(id, states[at]!);
      this.#keepAlive();
    }
    this.#reading = false;
  }

  /** Looks at everything that is out. */
  async #look(): Promise<void> {
    const ids = [...this.#jobs.values()].filter(({ added }) => added).map(({ id }) => id);
    if (ids.length === 0) return;
    const states = await this.#states(ids, ['timestamp', 'finishedOn', 'failedReason']);
    for (const [at, id] of ids.entries()) {
      const [added, finished] = states[at]!;
      const job = this.#jobs.get(id);
      if (job === undefined) continue;
      if (added === null || finished !== null) this.#hint(id);
      else if (job.cancelledFrom < Infinity) this.cancel(job);
    }
  }

  #states(ids: readonly string[], fields: readonly string[]): Promise<(string | null)[][]> {
    return this.#redis.ask(async () => {
      const pipeline = this.#redis.client.pipeline();
      for (const id of ids) pipeline.hmget(this.#names.job(id), ...fields);
      const replies = await pipeline.exec();
      return replies!.map(([error, reply]) => {
        if (error !== null) throw error;
        return reply as (string | null)[];
      });
    });
  }

  #take(id: string, [added, finished, failure, data]: (string | null)[]): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (added === null) {
      if (job.added) this.#missing(job);
      return;
    }
    if (finished === null) return;
    this.#remove(id);
    this.#forget(job);
    this.#events.ended(job, data ?? null, failure ?? null);
  }

  #missing(job: Job): void {
    if (!this.#forget(job)) return;
    // Should Redis have been emptied: machines would not run what is sent again for a process that is gone.
    void this.#redis.try(() => this.#heartbeat.beat());
    this.#events.missing(job);
  }

  #forget({ cancelledFrom, id }: Job): boolean {
    const had = this.#jobs.delete(id);
    if (had && cancelledFrom < Infinity) void this.#redis.try(() => this.#heartbeat.forget(id));
    return had;
  }

  #remove(id: string): void {
    this.#leaving++;
    void this.#redis
      .attempt(() => this.#queue.remove(id))
      .then(() => {
        this.#leaving--;
        this.#keepAlive();
      });
  }

  /** While something of it is in Redis, it says that it is there, looks around, and keeps the process alive. */
  #keepAlive(): void {
    if (this.ended || this.empty) this.#ifEmpty?.();
    if (this.ended) return;
    this.#redis.hold(this.#wanted);
    if (!this.empty === this.#heartbeat.beats) return;
    if (this.empty) {
      clearInterval(this.#check);
      this.#heartbeat.stop();
      void this.#redis.try(() => this.#heartbeat.remove());
      return;
    }
    // When Redis is there again, it is done: while it is gone, looks would only pile up.
    const look = (): unknown => this.#redis.client.status === 'ready' && this.#look();
    this.#check = setInterval(look, this.#settings.checkInterval);
    // The sockets are what keeps the process alive.
    this.#check.unref();
    // The first beat goes with the jobs.
    this.#heartbeat.start();
  }
}

/** What it resolves to, or the error with which it rejects. */
const settled = <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);
