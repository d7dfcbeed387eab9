/** The connection of a pool to Redis, for commands and notices. It waits however long Redis is gone. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, monotonic, setTimeout } from '../../primitives/clock.ts';
import type { Connection } from './connection.ts';
import { backoff, sleep } from './retryDelay.ts';
import { connect } from './redis.ts';
import { isFinal, isRefusal, said } from './redisErrors.ts';

/** How long to wait before Redis is asked again what it has not answered, in ms. */
const ASK_AGAIN = 100;

export interface RedisConnectionSettings {
  readonly connection: Connection;
  readonly initTimeout: number;
  readonly refusalTimeout: number;
}

export interface RedisConnectionEvents {
  /** It is there, or there again: what was said while it was away is lost. */
  ready(): void;
  /** Something went wrong, and it goes on. */
  failed(error: unknown): void;
  /**
   * Nothing more comes of it; `error` where Redis has refused something, or was never there. What is written meanwhile
   * is still sent where the connection is ready.
   */
  ended(error?: Error): void;
}

type Socket = { ref?(): void; unref?(): void };

export class RedisConnection {
  readonly client: Client;
  readonly subscriber: Client;
  readonly #settings: RedisConnectionSettings;
  readonly #events: RedisConnectionEvents;
  readonly #init: Timer;
  /** Whether somebody waits for something: it then keeps the Node process alive, and is restored when it breaks. */
  #held = true;
  #lastError: Error | undefined;
  /** Questions that Redis refuses to answer for now. */
  #refused = 0;
  ended = false;

  constructor(settings: RedisConnectionSettings, events: RedisConnectionEvents) {
    this.#settings = settings;
    this.#events = events;
    const { connection, initTimeout } = settings;
    const client = (): Client => {
      const made = connect(connection, () => this.#held && !this.ended);
      made.on('connect', () => this.#holdSocket(made));
      made.on('ready', () => events.ready());
      made.on('error', (error: Error) => {
        this.#lastError = error;
        // Nobody is let in without the right password: to wait would lead nowhere.
        if (isFinal(error)) this.end(error);
        else events.failed(error);
      });
      // Broken while nobody waited: the next who comes makes another.
      made.on('end', () => this.end());
      return made;
    };
    this.client = client();
    this.subscriber = client();
    this.#init = setTimeout(() => {
      const cause = this.#lastError;
      const why = cause === undefined ? '' : `: ${said(cause)}`;
      const message = `Redis has not answered within ${initTimeout} ms (initTimeout sets the limit)${why}`;
      this.end(new Error(message, { cause }));
    }, initTimeout);
    this.client.once('ready', () => clearTimeout(this.#init));
  }

  /**
   * Asks until Redis answers: what was in flight when the connection broke may have been done, and is done again.
   * Never settles once the line has ended, as it does where Redis refuses for good, or for too long.
   */
  async ask<T>(act: () => Promise<T>): Promise<T> {
    const { refusalTimeout } = this.#settings;
    let since: number | undefined;
    const found = await this.#until(act, (error) => {
      since ??= monotonic();
      if (isFinal(error)) this.end(error);
      else if (monotonic() - since >= refusalTimeout) {
        const limit = `${refusalTimeout} ms (refusalTimeout sets the limit)`;
        this.end(new Error(`Redis has refused for ${limit}: ${said(error)}`, { cause: error }));
      }
      return !this.ended;
    });
    return this.ended ? new Promise(() => {}) : found!;
  }

  /** The same for what may stay undone: whatever Redis says, it ends nobody. Undefined where it was not done. */
  attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    return this.#until(act, (error) => !isFinal(error));
  }

  /** What need not be done, should Redis be gone. */
  try(act: () => Promise<unknown>): Promise<unknown> {
    return act().catch(() => {});
  }

  hold(alive: boolean): void {
    if (alive === this.#held) return;
    this.#held = alive;
    this.#holdSocket(this.client);
    this.#holdSocket(this.subscriber);
  }

  /** Once. */
  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.#init);
    this.#events.ended(error);
    this.client.disconnect();
    this.subscriber.disconnect();
  }

  /** `goesOn` is asked after each refusal. While any lasts, it is told once. */
  async #until<T>(act: () => Promise<T>, goesOn: (refusal: unknown) => boolean): Promise<T | undefined> {
    let tries = 0;
    try {
      while (!this.ended)
        try {
          return await act();
        } catch (error) {
          const answered = isRefusal(error) || isFinal(error);
          if (answered && tries++ === 0 && this.#refused++ === 0) this.#events.failed(error);
          if (answered && !goesOn(error)) return undefined;
          await sleep(answered ? backoff(tries - 1) : ASK_AGAIN);
        }
      return undefined;
    } finally {
      if (tries > 0) this.#refused--;
    }
  }

  #holdSocket({ stream }: Client): void {
    const socket = stream as Socket | undefined;
    if (this.#held) socket?.ref?.();
    else socket?.unref?.();
  }
}
