/** The connection of a pool to Redis: a client for commands, one for channels. Once connected, it waits for Redis without a limit. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, monotonic, setTimeout } from '../../primitives/clock.ts';
import type { Connection } from './connection.ts';
import { backoff, sleep } from './retryRefused.ts';
import { connect } from './redis.ts';
import { errorText, isFinal, isRefusal } from './redisErrors.ts';

/** The wait before a command is repeated that was in flight when the connection broke, in ms. */
const ASK_AGAIN = 100;

export interface RedisConnectionSettings {
  readonly connection: Connection;
  readonly initTimeout: number;
  readonly refusalTimeout: number;
}

export interface RedisConnectionEvents {
  /** A client is connected, or again: messages published in between were missed. */
  ready(): void;
  /** An error after which the connection goes on. */
  failed(error: unknown): void;
  /**
   * The connection has ended; `error` where Redis refused something, or never answered. A command issued within this call is
   * still sent where the client is ready.
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
  /** Whether somebody waits for a reply: the sockets then keep the process alive, and a broken connection is restored. */
  #held = true;
  #lastError: Error | undefined;
  /** Commands that Redis refuses for now. */
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
        // A wrong password, for instance: a retry is pointless.
        if (isFinal(error)) this.end(error);
        else events.failed(error);
      });
      // It broke while nobody waited: the next job makes another session.
      made.on('end', () => this.end());
      return made;
    };
    this.client = client();
    this.subscriber = client();
    this.#init = setTimeout(() => {
      const cause = this.#lastError;
      const why = cause === undefined ? '' : `: ${errorText(cause)}`;
      const message = `Redis has not answered within ${initTimeout} ms (initTimeout sets the limit)${why}`;
      this.end(new Error(message, { cause }));
    }, initTimeout);
    this.client.once('ready', () => clearTimeout(this.#init));
  }

  /**
   * Repeats `act` until Redis answers: `act` must be idempotent, since a command that was in flight when the connection broke
   * may have been executed. A final refusal, or one for longer than `refusalTimeout`, ends the connection; the promise then
   * stays pending.
   */
  async ask<T>(act: () => Promise<T>): Promise<T> {
    const { refusalTimeout } = this.#settings;
    let since: number | undefined;
    const found = await this.#until(act, (error) => {
      since ??= monotonic();
      if (isFinal(error)) this.end(error);
      else if (monotonic() - since >= refusalTimeout) {
        const limit = `${refusalTimeout} ms (refusalTimeout sets the limit)`;
        this.end(new Error(`Redis has refused for ${limit}: ${errorText(error)}`, { cause: error }));
      }
      return !this.ended;
    });
    return this.ended ? new Promise(() => {}) : found!;
  }

  /** As `ask`, for commands that are best effort: no refusal ends the connection. Resolves to undefined where it was not done. */
  attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    return this.#until(act, (error) => !isFinal(error));
  }

  /** One attempt; an error is ignored. */
  try(act: () => Promise<unknown>): Promise<unknown> {
    return act().catch(() => {});
  }

  hold(alive: boolean): void {
    if (alive === this.#held) return;
    this.#held = alive;
    this.#holdSocket(this.client);
    this.#holdSocket(this.subscriber);
  }

  /** Ends the connection; idempotent. */
  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.#init);
    this.#events.ended(error);
    this.client.disconnect();
    this.subscriber.disconnect();
  }

  /** Repeats `act`; `goesOn` decides after each refusal. `failed` is called once while any command is refused. */
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
