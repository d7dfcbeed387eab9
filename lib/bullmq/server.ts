/** Takes jobs from a queue and runs them on a pool. */
import type { Job as BullJob, Queue as BullQueue, Worker } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import type { Connection } from './connection.ts';
import { WorkerInitError } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { JobFeed } from './feed.ts';
import { Names, isReport, orderOrReport, runOf } from './message.ts';
import { BullWorker, Queue } from './peers.ts';
import { connect } from './redis.ts';

export interface ServerSettings {
  readonly queue: string;
  readonly prefix: string;
  readonly connection: Connection;
  readonly concurrency: number;
  readonly maxPayload: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly onError: (error: unknown) => void;
}

/** What has ended so many ms ago and was not fetched may be of a process that is gone. */
const UNFETCHED = 1000;
/** Jobs looked at in one sweep. */
const SWEEP = 1000;

export class Server {
  /** Resolves when it takes jobs. */
  readonly ready: Promise<void>;
  readonly #pool: Pool;
  readonly #settings: ServerSettings;
  readonly #names: Names;
  readonly #client: Client;
  readonly #subscriber: Client;
  readonly #queue: BullQueue;
  readonly #worker: Worker;
  readonly #running = new Map<string, JobFeed>();
  readonly #sweeping: ReturnType<typeof setInterval>;
  #closing: Promise<void> | undefined;

  constructor(pool: Pool, settings: ServerSettings) {
    this.#pool = pool;
    this.#settings = settings;
    const { concurrency, connection, lockDuration, maxStalledCount, onError, prefix, queue, stalledInterval } =
      settings;
    this.#names = new Names(prefix, queue);
    const client = (): Client => connect(connection, () => true).on('error', onError);
    this.#client = client();
    this.#subscriber = client();
    this.#subscriber.on('message', (_channel: string, message: string) => this.#cancel(message));
    const subscribed = this.#subscriber.subscribe(this.#names.cancelled);
    this.#queue = new Queue(queue, { connection: this.#client, prefix, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
    this.#worker = new BullWorker(queue, (job) => this.#process(job), {
      connection: this.#client,
      prefix,
      concurrency,
      lockDuration,
      stalledInterval,
      maxStalledCount,
    });
    this.#worker.on('error', onError);
    this.#worker.on('completed', (job) => this.#say(job.id!));
    this.#worker.on('failed', (job) => job !== undefined && this.#say(job.id!));
    this.#sweeping = setInterval(() => void this.#sweep(), stalledInterval);
    this.ready = Promise.all([subscribed, this.#worker.waitUntilReady()]).then(() => {});
    this.ready.catch(() => {});
  }

  /** Finishes what runs, takes no more. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#sweeping);
      await this.#worker.close();
      // What was said last is sent before the connection ends.
      if (this.#client.status === 'ready') await this.#client.quit().catch(() => {});
      this.#client.disconnect();
      this.#subscriber.disconnect();
      this.#queue.close().catch(() => {});
    })();
    return this.#closing;
  }

  async #process(job: BullJob): Promise<null> {
    const data = orderOrReport(job.data);
    // It ran here or elsewhere, and then the connection was lost.
    if (isReport(data)) return null;
    const id = job.id!;
    const feed = new JobFeed(data, this.#settings.maxPayload);
    // Before the look at what is cancelled: nothing is missed between the two.
    this.#running.set(id, feed);
    try {
      const [alive, from] = await this.#client.hmget(this.#names.alive(data.run), 'since', id);
      if (typeof from === 'string') feed.cancel(Number(from));
      if (alive === null) feed.cancel(0);
      const found = feed.cancelled ? undefined : await feed.runOn(this.#pool);
      if (feed.poolClosed) void this.close();
      if (found !== undefined && found.unable !== null)
        this.#settings.onError(new WorkerInitError('The pool cannot run anything: its workers do not start'));
      // Nobody waits for it: it leaves the queue as it ends.
      if (found === undefined || feed.cancelled) job.opts.removeOnComplete = true;
      else await job.updateData(found);
      return null;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Tells whoever made the job that it has ended. */
  #say(id: string): void {
    const run = runOf(id);
    if (run !== undefined) this.#client.publish(this.#names.ended(run), id).catch(() => {});
  }

  /** `message` is a job, and from which task on it is cancelled. */
  #cancel(message: string): void {
    const [id = '', from] = message.split(' ');
    this.#running.get(id)?.cancel(Number(from));
  }

  /** Removes what is left of processes that are gone, and ends what runs for them. */
  async #sweep(): Promise<void> {
    try {
      const until = Date.now() - UNFETCHED;
      const found = await Promise.all(
        [this.#names.completed, this.#names.failed].map((key) =>
          this.#client.zrangebyscore(key, 0, until, 'LIMIT', 0, SWEEP),
        ),
      );
      const ids = [...found.flat(), ...this.#running.keys()];
      const runs = [...new Set(ids.map(runOf))].filter((run) => run !== undefined);
      const alive = await Promise.all(runs.map((run) => this.#client.exists(this.#names.alive(run))));
      const gone = new Set(runs.filter((_run, at) => alive[at] === 0));
      for (const [id, feed] of this.#running) if (gone.has(runOf(id)!)) feed.cancel(0);
      const left = found.flat().filter((id) => gone.has(runOf(id) ?? ''));
      await Promise.all(left.map((id) => this.#queue.remove(id)));
    } catch (error) {
      if (this.#closing === undefined) this.#settings.onError(error);
    }
  }
}
