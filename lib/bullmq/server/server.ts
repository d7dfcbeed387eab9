/** A machine on a queue: its connection to Redis, its BullMQ worker, and the end of both. */
import type { Job as BullJob, Queue as BullQueue, Worker } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { WorkerInitError } from '../../api/errors.ts';
import type { Pool } from '../../pool/contract.ts';
import { clearInterval, setInterval } from '../../primitives/clock.ts';
import type { Connection } from '../shared/connection.ts';
import { Notices, type OnError, ignore } from '../shared/notices.ts';
import { Queue } from '../shared/peers.ts';
import { QueueKeys } from '../shared/queueKeys.ts';
import { connect, end, within } from '../shared/redis.ts';
import { explain, isFinal, passes } from '../shared/redisErrors.ts';
import { retryRefused } from '../shared/retryRefused.ts';
import { retryingBackend } from './backend.ts';
import { JobProcessor } from './jobProcessor.ts';
import { JobWorker } from './jobWorker.ts';
import { Sweeper } from './sweeper.ts';

export interface ServerSettings {
  readonly queue: string;
  readonly prefix: string;
  readonly connection: Connection;
  /** Undefined: the size of the pool. */
  readonly concurrency: number | undefined;
  readonly maxPayload: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly onError: OnError;
}

/** The name of no run. */
const NOBODY = 'r0';
/** The longest wait of `close` for Redis to record what has ended, in ms. */
const CLOSE_WITHIN = 5000;

export class Server {
  /** Resolves when the machine takes jobs. */
  readonly ready: Promise<void>;
  readonly #pool: Pool;
  readonly #settings: ServerSettings;
  readonly #keys: QueueKeys;
  /** All clients, those that BullMQ duplicates from ours included. */
  readonly #clients: Client[] = [];
  readonly #client: Client;
  readonly #subscriber: Client;
  readonly #queue: BullQueue;
  readonly #worker: Worker;
  readonly #processor: JobProcessor;
  readonly #sweeper: Sweeper;
  readonly #sweeping: ReturnType<typeof setInterval>;
  readonly #notices: Notices;
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
    this.#keys = new QueueKeys(prefix, queue);
    this.#notices = new Notices(settings.onError);
    const onError = (error: unknown): void => this.#notices.add(error);
    const kept = (client: Client): Client => {
      this.#clients.push(client);
      return client;
    };
    this.#client = kept(connect(connection, () => true).on('error', onError));
    this.#subscriber = kept(connect(connection, () => true).on('error', onError));
    const { duplicate } = this.#client;
    this.#client.duplicate = (...args) => kept(duplicate.apply(this.#client, args));
    this.#processor = new JobProcessor(
      pool,
      this.#client,
      this.#keys,
      settings,
      this.#notices,
      () => void this.close(),
    );
    this.#subscriber.on('message', (_channel: string, message: string) => this.#processor.cancel(message));
    this.#queue = new Queue(queue, { connection: this.#client, prefix, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
    const options = { connection: this.#client, prefix, concurrency, lockDuration, stalledInterval, maxStalledCount };
    const backend = retryingBackend({
      refused: onError,
      takesJobs: () => this.#closing === undefined,
      lock: async (id, token) =>
        (await this.#client.set(this.#keys.lock(id), token, 'PX', Math.ceil(lockDuration), 'NX')) === 'OK',
    });
    this.#worker = new JobWorker(queue, (job) => this.#process(job), options, backend);
    this.#worker.on('error', onError);
    this.#worker.on('completed', (job) => this.#processor.ended(job.id!));
    this.#worker.on('failed', (job) => job !== undefined && this.#processor.ended(job.id!));
    this.#sweeper = new Sweeper(this.#client, this.#queue, this.#keys, this.#processor.running);
    this.#sweeping = setInterval(() => void this.#sweep(), stalledInterval);
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  /** Tries all that a machine needs rights for, so that a missing right is an error now and not a silence later. */
  async #start(): Promise<void> {
    const { queue } = this.#settings;
    const keys = this.#keys;
    try {
      await Promise.all([
        this.#ask(() => this.#subscriber.subscribe(keys.cancelled)),
        this.#ask(() => this.#client.publish(keys.ended(NOBODY), '')),
        this.#ask(() => this.#client.exists(keys.completed, keys.failed)),
        this.#worker.waitUntilReady(),
      ]);
    } catch (cause) {
      if (!isFinal(cause) || this.#closing !== undefined)
        throw new WorkerInitError(`What serves the queue "${queue}" was closed before Redis had answered`, { cause });
      const why = explain(cause, keys);
      const error = new WorkerInitError(`The queue "${queue}" cannot be served: ${why}`, { cause });
      this.#notices.add(error);
      // A process with nothing else to do ends now: without `onError` it would end silently.
      if (this.#settings.onError === ignore) process.emitWarning(error);
      void this.close();
      throw error;
    }
  }

  #ask<T>(act: () => Promise<T>): Promise<T> {
    return retryRefused(act, (error) => this.#notices.add(error), passes);
  }

  /** Finishes the jobs that run, and takes no more. Where Redis does not record that they ended, another machine runs them. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#sweeping);
      await this.#finish();
      // `quit` sends the last messages before the connection ends.
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

  /** Waits for the pool without a limit; for Redis only while there is something to write, and at most `CLOSE_WITHIN`. */
  async #finish(): Promise<void> {
    const closed = this.#worker.close();
    do {
      await this.#processor.finished();
      if (this.#processor.running.size === 0 && this.#client.status !== 'ready') return;
      if (await within(CLOSE_WITHIN, closed)) return;
    } while (this.#processor.works);
  }

  #process(job: BullJob): Promise<null> {
    // The pool emits no event when it is resized: the new size counts from the next job on.
    this.#worker.concurrency = this.#settings.concurrency ?? this.#pool.size;
    return this.#processor.process(job);
  }

  async #sweep(): Promise<void> {
    // While Redis is unreachable, the commands would only queue up.
    if (this.#client.status !== 'ready') return;
    try {
      await this.#sweeper.sweep();
    } catch (error) {
      if (this.#closing === undefined) this.#notices.add(error);
    }
  }
}
