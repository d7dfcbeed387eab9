/** A stream's place at a pool that sends messages, each of one task or several. */
import { inNoContext } from '#platform';
import type { Feed, Place } from '../pool.ts';
import type { Pacing } from './pace.ts';

/** What a seat asks of its pool. */
export interface House<S> {
  readonly size: number;
  /** Whether it would take a value more of this stream now. */
  hasRoomFor(seat: S): boolean;
  isQueued(seat: S): boolean;
  enqueue(seat: S): void;
  pump(): void;
  cancel(seat: S, from: number): void;
  leave(seat: S): void;
}

/**
 * `S` is the kind of seat that the pool has. What a pool does it does in no stream's async context: it starts workers,
 * timers and connections that outlast them.
 */
export abstract class BasicSeat<S extends BasicSeat<S>> implements Place {
  readonly feed: Feed;
  readonly pace: Pacing;
  readonly #house: House<S>;

  constructor(feed: Feed, pace: Pacing, house: House<S>) {
    this.feed = feed;
    this.pace = feed.pace ?? pace;
    this.#house = house;
  }

  get ahead(): number {
    const size = Math.min(this.pace.size, this.feed.batch);
    return size === 1 ? 1 : size * Math.min(this.#house.size, this.feed.concurrency);
  }

  get hungry(): boolean {
    return this.#house.hasRoomFor(this as unknown as S);
  }

  get queued(): boolean {
    return this.#house.isQueued(this as unknown as S);
  }

  /** It may have something again. */
  enqueue(): void {
    this.#house.enqueue(this as unknown as S);
  }

  wake(): void {
    this.enqueue();
    inNoContext(() => this.#house.pump());
  }

  cancel(from: number): void {
    inNoContext(() => this.#house.cancel(this as unknown as S, from));
  }

  leave(): void {
    inNoContext(() => this.#house.leave(this as unknown as S));
  }
}
