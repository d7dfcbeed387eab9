/** The heartbeat of a run: a key that expires when it is not renewed. Its fields say which jobs are cancelled. */
import { type Timer, clearInterval, monotonic, setInterval, wallClock } from '../../primitives/clock.ts';
import type { QueueKeys } from '../shared/queueKeys.ts';
import type { RedisConnection } from '../shared/redisConnection.ts';

export class Heartbeat {
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #expireAfter: number;
  #timer: Timer | undefined;
  /** When the last beat that Redis has acknowledged was sent. */
  #lastBeat: number | undefined;

  constructor(redis: RedisConnection, keys: QueueKeys, run: string, expireAfter: number) {
    this.#redis = redis;
    this.#key = keys.alive(run);
    this.#expireAfter = expireAfter;
  }

  get beats(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    // While Redis is unreachable, beats would only queue up.
    const beat = (): unknown => this.#redis.client.status === 'ready' && this.#redis.try(() => this.beat());
    this.#timer = setInterval(beat, this.#expireAfter / 3);
    // The sockets keep the process alive.
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#lastBeat = undefined;
  }

  async beat(): Promise<void> {
    await this.#write('since', wallClock());
  }

  /** Beats, unless a recent beat is in Redis: machines run no job of a run without a heartbeat. */
  async ensure(): Promise<void> {
    if (this.#lastBeat === undefined || monotonic() - this.#lastBeat > this.#expireAfter / 2) await this.beat();
  }

  /** Records that the tasks of a job are cancelled from number `from` on. */
  async cancelled(id: string, from: number): Promise<void> {
    await this.#write(id, from);
  }

  async forget(id: string): Promise<void> {
    await this.#redis.client.hdel(this.#key, id);
  }

  async remove(): Promise<void> {
    await this.#redis.client.del(this.#key);
  }

  async #write(field: string, value: number): Promise<void> {
    const at = monotonic();
    const { client } = this.#redis;
    await client.multi().hset(this.#key, field, value).pexpire(this.#key, this.#expireAfter).exec();
    if (field === 'since') this.#lastBeat = at;
  }
}
