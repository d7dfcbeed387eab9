/** The key by which a producer says that it lives, and which of its jobs are cancelled. It expires when it is not renewed. */
import { type Timer, clearInterval, monotonic, setInterval, wallClock } from '../../primitives/clock.ts';
import type { RedisConnection } from '../shared/redisConnection.ts';
import type { QueueKeys } from '../shared/message.ts';

export class Heartbeat {
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #expireAfter: number;
  #timer: Timer | undefined;
  /** When Redis has last heard of it. */
  #heard: number | undefined;

  constructor(redis: RedisConnection, names: QueueKeys, run: string, expireAfter: number) {
    this.#redis = redis;
    this.#key = names.alive(run);
    this.#expireAfter = expireAfter;
  }

  get beats(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    // While Redis is gone, beats would only pile up.
    const beat = (): unknown => this.#redis.client.status === 'ready' && this.#redis.try(() => this.beat());
    this.#timer = setInterval(beat, this.#expireAfter / 3);
    // The sockets are what keeps the process alive.
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#heard = undefined;
  }

  async beat(): Promise<void> {
    await this.#write('since', wallClock());
  }

  /** Machines run nothing for a process that is not known to be there. */
  async known(): Promise<void> {
    if (this.#heard === undefined || monotonic() - this.#heard > this.#expireAfter / 2) await this.beat();
  }

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
    if (field === 'since') this.#heard = at;
  }
}
