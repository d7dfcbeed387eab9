/**
 * The streams attached to a pool: those that have something for it are served by their priority, equal ones in turn, and the
 * others cost nothing. A pool may have thousands attached: only what is about all of them goes through all.
 */
import type { TaskSource } from './contract.ts';

interface Attached {
  readonly priority: number;
  /** Whether there is room for a value more of it. */
  readonly hungry: boolean;
  readonly source: Pick<TaskSource, 'waiting' | 'canFetch' | 'proceed' | 'sticky'>;
}

/** Who asks for the next in turn. */
export interface Server<P> {
  /** Whether it may serve that, now or later. */
  serves(attachment: P): boolean;
  servesNow(attachment: P): boolean;
  /** How many tasks of that wait which it may have. */
  waitingFor(attachment: P): number;
}

/** Those of one priority that may have something, in the order of their turns. */
interface Level<P> {
  readonly priority: number;
  readonly queue: Set<P>;
}

export class RoundRobin<P extends Attached> implements Iterable<P> {
  readonly #all = new Set<P>();
  /** The highest first. One is always there, be it empty: where all have one priority no other is ever made. */
  readonly #levels: Level<P>[] = [{ priority: 0, queue: new Set() }];
  /** Nobody has a turn; who is queued stays so. */
  paused = false;
  /** Whose turn it is, where it has to fetch something first. */
  #fetching: P | undefined;
  /** Those that stay queued and could fetch nothing: what they have is for others, or there was no room. Not asked again until all had their turn. */
  readonly #fetchedNothing = new Set<P>();

  get size(): number {
    return this.#all.size;
  }

  add(attachment: P): void {
    this.#all.add(attachment);
  }

  remove(attachment: P): void {
    this.#all.delete(attachment);
    this.#dequeue(attachment);
  }

  queued(attachment: P): boolean {
    return this.#levelOf(attachment)?.queue.has(attachment) === true;
  }

  /** It may have something: its turn comes after those of the others of its priority. */
  enqueue(attachment: P): void {
    if (!this.#all.has(attachment)) return;
    let level = this.#levelOf(attachment);
    if (level === undefined) {
      const { priority } = attachment;
      level = { priority, queue: new Set() };
      const below = this.#levels.findIndex((each) => each.priority < priority);
      this.#levels.splice(below < 0 ? this.#levels.length : below, 0, level);
    }
    level.queue.add(attachment);
  }

  /**
   * The next in turn that may be served here; its turn is then over. Where it cannot be served yet, nobody is, and it keeps
   * its turn; likewise where it has to fetch something first. One that has nothing, for whoever asks, leaves the queue.
   */
  next(server: Server<P>): P | undefined {
    if (this.paused) return undefined;
    // A copy where there are several: a level that is left empty is taken out meanwhile.
    for (const { queue } of this.#levels.length === 1 ? this.#levels : [...this.#levels])
      for (const attachment of queue) {
        const { source } = attachment;
        const waiting = server.waitingFor(attachment) > 0;
        const canFetch = !waiting && this.#mayFetch(attachment);
        if (waiting || canFetch) {
          if (!server.serves(attachment)) continue;
          if (!server.servesNow(attachment)) return undefined;
        }
        if (canFetch) {
          this.#fetching = attachment;
          return undefined;
        }
        if (waiting) {
          queue.delete(attachment);
          queue.add(attachment);
          return attachment;
        }
        if (!hasNoRoom(attachment) && (source.sticky !== true || source.waiting() === 0)) this.#dequeue(attachment);
      }
    return undefined;
  }

  /** It is the next to fetch something, unless another is, or it cannot. */
  fetchNext(attachment: P): void {
    if (this.#mayFetch(attachment)) this.#fetching ??= attachment;
  }

  /**
   * Lets the one whose turn it is fetch what it would give, and returns whether there was one. What does not come at once
   * has a turn when it comes.
   */
  fetch(): boolean {
    const attachment = this.#fetching;
    this.#fetching = undefined;
    if (attachment === undefined || !this.#all.has(attachment)) {
      this.#fetchedNothing.clear();
      return false;
    }
    const { source } = attachment;
    const before = source.waiting();
    source.proceed();
    const after = source.waiting();
    if (after === 0 && !hasNoRoom(attachment)) this.#dequeue(attachment);
    else if (after <= before) this.#fetchedNothing.add(attachment);
    return true;
  }

  /** Those that may have a turn, those of the highest priority first. */
  waiting(): Iterable<P> {
    if (this.paused) return [];
    return this.#levels.length === 1 ? this.#levels[0]!.queue : this.#byPriority();
  }

  *#byPriority(): Generator<P> {
    for (const { queue } of [...this.#levels]) yield* queue;
  }

  /** All, as they are now: what is done with one may remove others. */
  [Symbol.iterator](): IterableIterator<P> {
    return [...this.#all].values();
  }

  #mayFetch(attachment: P): boolean {
    return attachment.source.canFetch === true && !this.#fetchedNothing.has(attachment);
  }

  #levelOf({ priority }: P): Level<P> | undefined {
    for (const level of this.#levels) if (level.priority === priority) return level;
    return undefined;
  }

  #dequeue(attachment: P): void {
    const level = this.#levelOf(attachment);
    if (level?.queue.delete(attachment) !== true || level.queue.size > 0 || this.#levels.length === 1) return;
    this.#levels.splice(this.#levels.indexOf(level), 1);
  }
}

/** A worker was started for another meanwhile: it keeps its turn, and fetches when there is room. */
const hasNoRoom = (attachment: Attached): boolean => attachment.source.canFetch === true && !attachment.hungry;

/** It may have any task, at once. */
export const ANY_SERVER: Server<Attached> = {
  serves: () => true,
  servesNow: () => true,
  waitingFor: ({ source }) => source.waiting(),
};
