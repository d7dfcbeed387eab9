/**
 * The streams attached to a pool: those that have something for it are served in turn, and the others cost nothing. A
 * pool may have thousands attached: only what is about all of them goes through all.
 */
import type { TaskSource } from './contract.ts';

interface Attached {
  readonly source: Pick<TaskSource, 'waiting' | 'canFetch' | 'drain'>;
}

export class RoundRobin<P extends Attached> implements Iterable<P> {
  readonly #all = new Set<P>();
  /** Those that may have something, in the order of their turns. */
  readonly #queue = new Set<P>();
  /** Whose turn it is, where it has to fetch something first. */
  #fetching: P | undefined;

  get size(): number {
    return this.#all.size;
  }

  add(attachment: P): void {
    this.#all.add(attachment);
  }

  remove(attachment: P): void {
    this.#all.delete(attachment);
    this.#queue.delete(attachment);
  }

  queued(attachment: P): boolean {
    return this.#queue.has(attachment);
  }

  /** It may have something: its turn comes after those of the others. */
  enqueue(attachment: P): void {
    if (this.#all.has(attachment)) this.#queue.add(attachment);
  }

  /**
   * The next in turn that may be served here; its turn is then over. Where it cannot be served yet, nobody is, and it keeps
   * its turn; likewise where it has to fetch something first. One that has nothing leaves the queue.
   */
  next(may: (attachment: P) => boolean = always, can: (attachment: P) => boolean = always): P | undefined {
    for (const attachment of this.#queue) {
      const waiting = attachment.source.waiting() > 0;
      const canFetch = !waiting && attachment.source.canFetch === true;
      if (waiting || canFetch) {
        if (!may(attachment)) continue;
        if (!can(attachment)) return undefined;
      }
      if (canFetch) {
        this.#fetching = attachment;
        return undefined;
      }
      this.#queue.delete(attachment);
      if (!waiting) continue;
      this.#queue.add(attachment);
      return attachment;
    }
    return undefined;
  }

  /**
   * Lets the one whose turn it is fetch what it would give, and returns whether there was one. What does not come at once
   * has a turn when it comes.
   */
  fetch(): boolean {
    const attachment = this.#fetching;
    this.#fetching = undefined;
    if (attachment === undefined || !this.#all.has(attachment)) return false;
    attachment.source.drain();
    if (attachment.source.waiting() === 0) this.#queue.delete(attachment);
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
