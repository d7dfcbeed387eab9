/**
 * The streams attached to a pool: those that have something for it are served in turn, and the others cost nothing. A
 * pool may have thousands attached: only what is about all of them goes through all.
 */
import type { Feed } from '../pool.ts';

interface Attached {
  readonly feed: Pick<Feed, 'waiting' | 'canFetch' | 'drain'>;
}

export class Turns<P extends Attached> implements Iterable<P> {
  readonly #all = new Set<P>();
  /** Those that may have something, in the order of their turns. */
  readonly #queue = new Set<P>();
  /** Whose turn it is, where it has to fetch something first. */
  #fetching: P | undefined;

  get size(): number {
    return this.#all.size;
  }

  add(place: P): void {
    this.#all.add(place);
  }

  remove(place: P): void {
    this.#all.delete(place);
    this.#queue.delete(place);
  }

  queued(place: P): boolean {
    return this.#queue.has(place);
  }

  /** It may have something: its turn comes after those of the others. */
  enqueue(place: P): void {
    if (this.#all.has(place)) this.#queue.add(place);
  }

  /**
   * The next in turn that may be served here; its turn is then over. Where it cannot be served yet, nobody is, and it keeps
   * its turn; likewise where it has to fetch something first. One that has nothing leaves the queue.
   */
  next(may: (place: P) => boolean = always, can: (place: P) => boolean = always): P | undefined {
    for (const place of this.#queue) {
      const waiting = place.feed.waiting() > 0;
      const canFetch = !waiting && place.feed.canFetch === true;
      if (waiting || canFetch) {
        if (!may(place)) continue;
        if (!can(place)) return undefined;
      }
      if (canFetch) {
        this.#fetching = place;
        return undefined;
      }
      this.#queue.delete(place);
      if (!waiting) continue;
      this.#queue.add(place);
      return place;
    }
    return undefined;
  }

  /**
   * Lets the one whose turn it is fetch what it would give, and returns whether there was one. What does not come at once
   * has a turn when it comes.
   */
  fetch(): boolean {
    const place = this.#fetching;
    this.#fetching = undefined;
    if (place === undefined || !this.#all.has(place)) return false;
    place.feed.drain();
    if (place.feed.waiting() === 0) this.#queue.delete(place);
    return true;
  }

  /** Those that may have something. */
  waiting(): Iterable<P> {
    return this.#queue;
  }

  /** All, as they are now: what is done with one may remove others. */
  [Symbol.iterator](): IterableIterator<P> {
    return [...this.#all].values();
  }
}

const always = (): boolean => true;
