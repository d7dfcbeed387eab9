/** The processor of jobs on a machine: checks a job, runs it on the pool, writes the result into it. */
import type { Job as BullJob } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { ParallelError, WorkerInitError } from '../../api/errors.ts';
import type { Pool } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { type JobRequest, type JobResult, isResult, reportText, requestOrResult } from '../shared/message.ts';
import type { Notices } from '../shared/notices.ts';
import { type QueueKeys, runOf } from '../shared/queueKeys.ts';
import { mayPass } from '../shared/redisErrors.ts';
import { retryRefused } from '../shared/retryRefused.ts';
import { JobSource } from './jobSource.ts';
import { checkSize } from './jobTasks.ts';

export interface JobProcessorSettings {
  readonly queue: string;
  readonly maxPayload: number;
}

/** Refused jobs whose ids are remembered: each is in one notice, however often BullMQ tries it again. */
const MOST_REFUSED = 1000;

export class JobProcessor {
  readonly #pool: Pool;
  readonly #client: Client;
  readonly #keys: QueueKeys;
  readonly #settings: JobProcessorSettings;
  readonly #notices: Notices;
  readonly #poolClosed: () => void;
  readonly #running = new Map<string, JobSource>();
  /** Jobs that the pool has not finished; a subset of those that run. */
  readonly #working = new Set<Promise<unknown>>();
  readonly #refused = new Set<string>();

  /** `poolClosed` is called when a job meets a closed pool. */
  constructor(
    pool: Pool,
    client: Client,
    keys: QueueKeys,
    settings: JobProcessorSettings,
    notices: Notices,
    poolClosed: () => void,
  ) {
    this.#pool = pool;
    this.#client = client;
    this.#keys = keys;
    this.#settings = settings;
    this.#notices = notices;
    this.#poolClosed = poolClosed;
  }

  /** The jobs that BullMQ waits for, by their ids. */
  get running(): ReadonlyMap<string, JobSource> {
    return this.#running;
  }

  /** Whether the pool works on a job. */
  get works(): boolean {
    return this.#working.size > 0;
  }

  /** Resolves when the pool has finished the jobs that it works on now. */
  async finished(): Promise<void> {
    await Promise.all(this.#working);
  }

  /** @throws ParallelError: the job is none of this library */
  async process(job: BullJob): Promise<null> {
    const data = this.#read(job);
    // It was run before, here or elsewhere, and the connection broke before BullMQ had completed it.
    if (isResult(data)) return null;
    const id = job.id!;
    const source = new JobSource(data, this.#settings.maxPayload, {
      reported: (seq, text) => this.#publish(id, reportText(id, seq, text)),
      reportFailed: (error) => this.#notices.add(error),
    });
    // Registered before Redis is asked what is cancelled: a cancellation that comes in between is then not missed.
    this.#running.set(id, source);
    try {
      const [alive, from] = await this.#ask(() => this.#client.hmget(this.#keys.alive(data.run), 'since', id));
      if (typeof from === 'string') source.cancel(Number(from));
      if (alive === null) source.cancel(0);
      const result = source.cancelled ? undefined : await this.#work(source);
      if (source.poolClosed) this.#poolClosed();
      if (result !== undefined && result.unable !== null)
        this.#notices.add(new WorkerInitError('The pool cannot run anything: its workers do not start'));
      // Nobody fetches the result of a cancelled job: BullMQ removes it when it is completed.
      if (result === undefined || source.cancelled) job.opts.removeOnComplete = true;
      else await job.updateData(result);
      return null;
    } finally {
      this.#running.delete(id);
    }
  }

  /** `message`: the id of a job, and the first of its tasks that is cancelled. */
  cancel(message: string): void {
    const [id = '', from] = message.split(' ');
    this.#running.get(id)?.cancel(Number(from));
  }

  /** Publishes to the producer of a job that it has ended. */
  ended(id: string): void {
    this.#publish(id, id);
  }

  #publish(id: string, message: string): void {
    const run = runOf(id);
    if (run !== undefined) this.#client.publish(this.#keys.ended(run), message).catch(() => {});
  }

  #ask<T>(act: () => Promise<T>): Promise<T> {
    return retryRefused(act, (error) => this.#notices.add(error), mayPass);
  }

  #read(job: BullJob): JobRequest | JobResult {
    try {
      const data = requestOrResult(job.data);
      if (!isResult(data)) checkSize(data, this.#settings.maxPayload);
      return data;
    } catch (cause) {
      const id = job.id!;
      if (!this.#refused.has(id) && this.#refused.size < MOST_REFUSED) {
        this.#refused.add(id);
        const why = `The job "${id}" in the queue "${this.#settings.queue}" cannot be run: ${messageOf(cause)}`;
        this.#notices.add(new ParallelError(why, { cause }));
      }
      throw cause;
    }
  }

  async #work(source: JobSource): Promise<JobResult> {
    const work = source.runOn(this.#pool);
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
    }
  }
}
