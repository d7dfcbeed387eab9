/**
 * The reader of jobs that have ended. Machines publish hints, which may be missed: so all jobs that are out are looked at from
 * time to time.
 */
import type { RedisConnection } from '../shared/redisConnection.ts';
import type { QueueKeys } from '../shared/queueKeys.ts';
import type { Job } from './job.ts';

export interface JobReaderEvents {
  /** `data`: the result, if a machine of ours has written it; `failure`: the reason that BullMQ has of a job that failed. */
  ended(job: Job, data: string | null, failure: string | null): void;
  /** The job is in Redis no longer, and has not ended. */
  missing(job: Job): void;
  /** A job has ended that is not out: it was read before, and then run again by another machine. */
  endedAgain(id: string): void;
  /** A look has found a job that is cancelled in part, or as a whole, and has not ended. */
  cancelled(job: Job): void;
  /** Some jobs were read. */
  read(): void;
}

/** The values of fields of a job, null where it has none. */
type Fields = readonly (string | null)[];

export class JobReader {
  readonly #redis: RedisConnection;
  readonly #keys: QueueKeys;
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #events: JobReaderEvents;
  /** Jobs that have ended according to a hint, and are to be read. */
  #hinted = new Set<string>();
  #reading = false;

  /** `jobs`: those that are out, by their ids. */
  constructor(redis: RedisConnection, keys: QueueKeys, jobs: ReadonlyMap<string, Job>, events: JobReaderEvents) {
    this.#redis = redis;
    this.#keys = keys;
    this.#jobs = jobs;
    this.#events = events;
  }

  /** Reads a job that has ended according to a hint. */
  hint(id: string): void {
    if (!this.#jobs.has(id)) return this.#events.endedAgain(id);
    this.#hinted.add(id);
    if (!this.#reading) void this.#read();
  }

  /** Looks at all jobs that are out. */
  async look(): Promise<void> {
    const ids = [...this.#jobs.values()].filter(({ added }) => added).map(({ id }) => id);
    if (ids.length === 0) return;
    const found = await this.#fieldsOf(ids, ['timestamp', 'finishedOn', 'failedReason']);
    for (const [at, id] of ids.entries()) {
      const [added, finished] = found[at]!;
      const job = this.#jobs.get(id);
      if (job === undefined) continue;
      if (added === null || finished !== null) this.hint(id);
      else if (job.cancelledFrom < Infinity) this.#events.cancelled(job);
    }
  }

  /** Reads hinted jobs until there are none: those that are hinted at meanwhile are read in one pipeline. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#hinted.size > 0 && !this.#redis.ended) {
      const ids = [...this.#hinted];
      this.#hinted = new Set();
      const found = await this.#fieldsOf(ids, ['timestamp', 'finishedOn', 'failedReason', 'data']);
      for (const [at, id] of ids.entries()) this.#emit(id, found[at]!);
      this.#events.read();
    }
    this.#reading = false;
  }

  #emit(id: string, [added, finished, failure, data]: Fields): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    if (added === null) {
      if (job.added) this.#events.missing(job);
    } else if (finished !== null) this.#events.ended(job, data ?? null, failure ?? null);
  }

  #fieldsOf(ids: readonly string[], fields: readonly string[]): Promise<Fields[]> {
    return this.#redis.ask(async () => {
      const pipeline = this.#redis.client.pipeline();
      for (const id of ids) pipeline.hmget(this.#keys.job(id), ...fields);
      const replies = await pipeline.exec();
      return replies!.map(([error, reply]) => {
        if (error !== null) throw error;
        return reply as Fields;
      });
    });
  }
}
