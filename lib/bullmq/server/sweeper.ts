/** The removal of jobs whose producers are gone from Redis, and the cancelling of those that run. */
import type { Queue as BullQueue } from 'bullmq';
import type { Redis as Client } from 'ioredis';
import { wallClock } from '../../primitives/clock.ts';
import { type QueueKeys, runOf } from '../shared/queueKeys.ts';
import type { JobSource } from './jobSource.ts';

/** A job that ended this many ms ago and is still there may be of a producer that is gone. */
const UNFETCHED = 1000;
/** Most jobs of each state that one sweep looks at. */
const MOST = 1000;

export class Sweeper {
  readonly #client: Client;
  readonly #queue: BullQueue;
  readonly #keys: QueueKeys;
  readonly #running: ReadonlyMap<string, JobSource>;
  /** Where the next sweep begins among the jobs of each state: those before stay in Redis, for they are not ours, or not fetched. */
  readonly #offsets: Record<'completed' | 'failed', number> = { completed: 0, failed: 0 };

  /** `running`: the jobs that run on this machine, by their ids. */
  constructor(client: Client, queue: BullQueue, keys: QueueKeys, running: ReadonlyMap<string, JobSource>) {
    this.#client = client;
    this.#queue = queue;
    this.#keys = keys;
    this.#running = running;
  }

  async sweep(): Promise<void> {
    const until = wallClock() - UNFETCHED;
    const [completed, failed] = await Promise.all([this.#page('completed', until), this.#page('failed', until)]);
    const runs = [...new Set([...completed, ...failed, ...this.#running.keys()].map(runOf))];
    const gone = await this.#gone(runs.filter((run) => run !== undefined));
    for (const [id, source] of this.#running) if (gone.has(runOf(id) ?? '')) source.cancel(0);
    const pages = { completed, failed };
    for (const state of ['completed', 'failed'] as const) {
      const ownerless = pages[state].filter((id) => gone.has(runOf(id) ?? ''));
      await Promise.all(ownerless.map((id) => this.#queue.remove(id)));
      if (pages[state].length < MOST) this.#offsets[state] = 0;
      else this.#offsets[state] += MOST - ownerless.length;
    }
  }

  #page(state: 'completed' | 'failed', until: number): Promise<string[]> {
    return this.#client.zrangebyscore(this.#keys[state], 0, until, 'LIMIT', this.#offsets[state], MOST);
  }

  /** Those of `runs` that have no heartbeat. */
  async #gone(runs: readonly string[]): Promise<ReadonlySet<string>> {
    const alive = await Promise.all(runs.map((run) => this.#client.exists(this.#keys.alive(run))));
    return new Set(runs.filter((_run, at) => alive[at] === 0));
  }
}
