/** The connection of a pool to Redis, for commands and for what servers say: waits however long Redis is gone. */
import type { Redis as Client } from 'ioredis';
import { type Timer, clearTimeout, setTimeout } from '../core/clock.ts';
import type { Connection } from './connection.ts';
import { connect, isRefusal, reasonOf } from './redis.ts';

/** How long to wait before Redis is asked again what it has not answered, in ms. */
const ASK_AGAIN = 100;

export interface LineEvents {
  /** It is there, or there again: what was said while it was away is lost. */
  ready(): void;
  /** Nothing more comes of it; `error` where Redis has refused something, or was never there. */
  ended(error?: Error): void;
}

type Socket = { ref?(): void; unref?(): void };

export class Line {
  readonly client: Client;
  readonly subscriber: Client;
  readonly #events: LineEvents;
  readonly #init: Timer;
  /** Whether somebody waits for something: it then keeps the Node process alive, and is restored when it breaks. */
  #held = true;
  #lastError: Error | undefined;
  ended = false;

  constructor(connection: Connection, initTimeout: number, events: LineEvents) {
    this.#events = events;
    const client = (): Client => {
      const made = connect(connection, () => this.#held && !this.ended);
      made.on('connect', () => this.#holdSocket(made));
      made.on('ready', () => events.ready());
      made.on('error', (error: Error) => {
        this.#lastError = error;
        // Nobody is let in without the right password: to wait would lead nowhere.
        if (isRefusal(error)) this.end(error);
      });
      // Broken while nobody waited: the next who comes makes another.
      made.on('end', () => this.end());
      return made;
    };
    this.client = client();
    this.subscriber = client();
    this.#init = setTimeout(() => {
      const cause = this.#lastError;
      const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
      const message = `Redis has not answered within ${initTimeout} ms (initTimeout sets the limit)${why}`;
      this.end(new Error(message, { cause }));
    }, initTimeout);
    this.client.once('ready', () => clearTimeout(this.#init));
  }

  /**
   * Asks until Redis answers: what was in flight when the connection broke may have been done, and is done again.
   * Never settles once the line has ended.
   */
  async ask<T>(act: () => Promise<T>): Promise<T> {
    while (!this.ended)
      try {
        return await act();
      } catch (error) {
        if (isRefusal(error)) this.end(error as Error);
        else await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
      }
    return new Promise(() => {});
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
    this.client.disconnect();
    this.subscriber.disconnect();
    this.#events.ended(error);
  }

  #holdSocket({ stream }: Client): void {
    const socket = stream as Socket | undefined;
    if (this.#held) socket?.ref?.();
    else socket?.unref?.();
  }
}
