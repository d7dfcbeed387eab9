/** Takes jobs from a queue and runs them on a pool. */
import type { Job as BullJob, Queue as BullQueue, Worker } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { clearInterval, setInterval } from '../../primitives/clock.ts';
import type { Connection } from '../shared/connection.ts';
import { patientBackend } from './backend.ts';
import { ParallelError, WorkerInitError } from '../../api/errors.ts';
import type { Pool } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { sizeOf } from '../shared/codec.ts';
import { JobSource } from './jobSource.ts';
import {
  QueueKeys,
  type JobRequest,
  type JobResult,
  isResult,
  reportText,
  requestOrResult,
  runOf,
} from '../shared/message.ts';
import { Notices, type OnError, ignore } from '../shared/notices.ts';
import { askAgain } from '../shared/retryDelay.ts';
import { BullWorker, Queue } from '../shared/peers.ts';
import { connect, end, within } from '../shared/redis.ts';
import { sweep } from './sweep.ts';
import { explain, isFinal, mayPass, passes } from '../shared/redisErrors.ts';

export interface ServerSettings {
  readonly queue: string;
  readonly prefix: string;
  readonly connection: Connection;
  /** Undefined: as many as the pool is large. */
  readonly concurrency: number | undefined;
  readonly maxPayload: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly onError: OnError;
}

/** Jobs that are not for here and were told of, as many as are remembered. */
const MOST_STRANGERS = 1000;
/** A pool may have been given more than this machine: its tasks fail then by themselves, each that is too large. */
const LARGEST = 16;
/** A run that is none. */
const NOBODY = 'r0';
/** How long a closing server waits for Redis to take note of what has ended, in ms. */
const CLOSE_WITHIN = 5000;

export class Server {
  /** Resolves when it takes jobs. */
  readonly ready: Promise<void>;
  readonly #pool: Pool;
  readonly #settings: ServerSettings;
  readonly #names: QueueKeys;
  /** All that there are, those that BullMQ makes of ours for itself included. */
  readonly #clients: Client[] = [];
  readonly #client: Client;
  readonly #subscriber: Client;
  readonly #queue: BullQueue;
  readonly #worker: Worker;
  /** Jobs that BullMQ waits for, and those of them that the pool is with. */
  readonly #running = new Map<string, JobSource>();
  readonly #working = new Set<Promise<unknown>>();
  readonly #sweeping: ReturnType<typeof setInterval>;
  readonly #notices: Notices;
  readonly #strangers = new Set<string>();
  #closing: Promise<void> | undefined;

  constructor(pool: Pool, settings: ServerSettings) {
    this.#pool = pool;
    this.#settings = settings;
    const {
      concurrency = pool.size,
      connection,
      lockDuration,
      maxStalledCount,
      prefix,
      queue,
      stalledInterval,
    } = settings;
    this.#names = new QueueKeys(prefix, queue);
    this.#notices = new Notices(settings.onError);
    const onError = (error: unknown): void => this.#notices.say(error);
    const kept = (client: Client): Client => {
      this.#clients.push(client);
      return client;
    };
    this.#client = kept(connect(connection, () => true).on('error', onError));
    this.#subscriber = kept(connect(connection, () => true).on('error', onError));
    const { duplicate } = this.#client;
    this.#client.duplicate = (...args) => kept(duplicate.apply(this.#client, args));
    this.#subscriber.on('message', (_channel: string, message: string) => this.#cancel(message));
    this.#queue = new Queue(queue, { connection: this.#client, prefix, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
    const options = { connection: this.#client, prefix, concurrency, lockDuration, stalledInterval, maxStalledCount };
    const backend = patientBackend({
      refused: onError,
      takes: () => this.#closing === undefined,
      lock: async (id, token) =>
        (await this.#client.set(this.#names.lock(id), token, 'PX', Math.ceil(lockDuration), 'NX')) === 'OK',
    });
    this.#worker = new BullWorker(queue, (job) => this.#process(job), options, backend);
    this.#worker.on('error', onError);
    this.#worker.on('completed', (job) => this.#say(job.id!));
    this.#worker.on('failed', (job) => job !== undefined && this.#say(job.id!));
    this.#sweeping = setInterval(() => void this.#sweep(), stalledInterval);
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  /** Whoever may not do something is told at once, and not by what then does not happen. */
  async #start(): Promise<void> {
    const { queue } = this.#settings;
    const names = this.#names;
    try {
      await Promise.all([
        this.#ask(() => this.#subscriber.subscribe(names.cancelled), passes),
        // Nobody is meant.
        this.#ask(() => this.#client.publish(names.ended(NOBODY), ''), passes),
        this.#ask(() => this.#client.exists(names.completed, names.failed), passes),
        this.#worker.waitUntilReady(),
      ]);
    } catch (cause) {
      if (!isFinal(cause) || this.#closing !== undefined)
        throw new WorkerInitError(`What serves the queue "${queue}" was closed before Redis had answered`, { cause });
      const why = explain(cause, names);
      const error = new WorkerInitError(`The queue "${queue}" cannot be served: ${why}`, { cause });
      this.#notices.say(error);
      // A process that has nothing else to do ends now, without a word.
      if (this.#settings.onError === ignore) process.emitWarning(error);
      void this.close();
      throw error;
    }
  }

  /** Finishes what runs, takes no more; should Redis not take note of that, others run it again. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#sweeping);
      await this.#finish();
      // What was said last is sent before the connection ends.
      if (this.#client.status === 'ready')
        await within(
          CLOSE_WITHIN,
          this.#client.quit().catch(() => {}),
        );
      this.#notices.end();
      for (const client of this.#clients) end(client);
      this.#queue.close().catch(() => {});
    })();
    return this.#closing;
  }

  /** However long the pool takes; but for Redis, when it is gone, only if there is something to say, and not for ever. */
  async #finish(): Promise<void> {
    const closed = this.#worker.close();
    do {
      await Promise.all(this.#working);
      if (this.#running.size === 0 && this.#client.status !== 'ready') return;
      if (await within(CLOSE_WITHIN, closed)) return;
    } while (this.#working.size > 0);
  }

  async #process(job: BullJob): Promise<null> {
    // Told by nobody: from the next job on.
    this.#worker.concurrency = this.#settings.concurrency ?? this.#pool.size;
    const data = this.#read(job);
    // It ran here or elsewhere, and then the connection was lost.
    if (isResult(data)) return null;
    const id = job.id!;
    const source = new JobSource(
      data,
      this.#settings.maxPayload,
      (seq, text) => this.#publish(id, reportText(id, seq, text)),
      (error) => this.#notices.say(error),
    );
    // Before the look at what is cancelled: nothing is missed between the two.
    this.#running.set(id, source);
    try {
      const [alive, from] = await this.#ask(
        () => this.#client.hmget(this.#names.alive(data.run), 'since', id),
        mayPass,
      );
      if (typeof from === 'string') source.cancel(Number(from));
      if (alive === null) source.cancel(0);
      const found = source.cancelled ? undefined : await this.#work(source);
      if (source.poolClosed) void this.close();
      if (found !== undefined && found.unable !== null)
        this.#notices.say(new WorkerInitError('The pool cannot run anything: its workers do not start'));
      // Nobody waits for it: it leaves the queue as it ends.
      if (found === undefined || source.cancelled) job.opts.removeOnComplete = true;
      else await job.updateData(found);
      return null;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Until Redis does it, as long as it refuses what `waits` says. */
  #ask<T>(act: () => Promise<T>, waits: typeof passes): Promise<T> {
    return askAgain(act, (error) => this.#notices.say(error), waits);
  }

  #read(job: BullJob): JobRequest | JobResult {
    try {
      const data = requestOrResult(job.data);
      return isResult(data) ? data : bounded(data, this.#settings.maxPayload);
    } catch (cause) {
      const id = job.id!;
      // It may be tried again, as its makers want it.
      if (!this.#strangers.has(id) && this.#strangers.size < MOST_STRANGERS) {
        this.#strangers.add(id);
        const why = `The job "${id}" in the queue "${this.#settings.queue}" cannot be run: ${messageOf(cause)}`;
        this.#notices.say(new ParallelError(why, { cause }));
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

  /** Tells whoever made the job that it has ended. */
  #say(id: string): void {
    this.#publish(id, id);
  }

  /** To whoever made that job. */
  #publish(id: string, message: string): void {
    const run = runOf(id);
    if (run !== undefined) this.#client.publish(this.#names.ended(run), message).catch(() => {});
  }

  /** `message` is a job, and from which task on it is cancelled. */
  #cancel(message: string): void {
    const [id = '', from] = message.split(' ');
    this.#running.get(id)?.cancel(Number(from));
  }

  async #sweep(): Promise<void> {
    // While Redis is gone, sweeps would only pile up.
    if (this.#client.status !== 'ready') return;
    try {
      await sweep(this.#client, this.#queue, this.#names, this.#running);
    } catch (error) {
      if (this.#closing === undefined) this.#notices.say(error);
    }
  }
}

/** One task may be as large as `maxPayload`, and a pool puts no more than that in a job of several. */
function bounded(request: JobRequest, maxPayload: number): JobRequest {
  const bytes = request.args.reduce((sum, text) => sum + sizeOf(text), 0);
  if (bytes <= LARGEST * maxPayload) return request;
  throw new ParallelError(`Its arguments have ${bytes} bytes as text, more than ${LARGEST} times maxPayload`);
}
