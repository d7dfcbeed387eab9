/** The heartbeat of a run: a key that expires when it is not renewed. Its fields say which jobs are cancelled. */
import { type Timer, clearInterval, monotonic, setInterval, wallClock } from '../../primitives/clock.ts';
import type { QueueKeys } from '../shared/queueKeys.ts';
import type { RedisConnection } from '../shared/redisConnection.ts';
import { isRefusal } from '../shared/redisErrors.ts';

export class Heartbeat {
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #expireAfter: number;
  readonly #interval: number;
  #timer: Timer | undefined;
  /** When the last beat that Redis has acknowledged was sent. */
  #lastBeat: number | undefined;
  #renewing = false;

  /** `interval`: the longest time between two beats, in ms. */
  constructor(redis: RedisConnection, keys: QueueKeys, run: string, expireAfter: number, interval: number) {
    this.#redis = redis;
    this.#key = keys.alive(run);
    this.#expireAfter = expireAfter;
    this.#interval = Math.min(expireAfter / 3, interval);
  }

  get beats(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#renew(), this.#interval);
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

  /**
   * Repeats a beat that Redis refuses, so that a refusal ends the session after `refusalTimeout` even where all jobs are out
   * and nothing else is written: machines do not write results meanwhile, and no job would come back.
   */
  async #renew(): Promise<void> {
    // While Redis is unreachable, beats would only queue up.
    if (this.#renewing || this.#redis.client.status !== 'ready') return;
    this.#renewing = true;
    await this.#redis.ask(async () => {
      try {
        if (this.beats) await this.beat();
      } catch (error) {
        if (isRefusal(error)) throw error;
      }
    });
    this.#renewing = false;
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
