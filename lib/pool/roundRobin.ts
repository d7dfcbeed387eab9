/**
 * The turns of the streams attached to a pool: those with tasks are served by priority, equal ones in turn. A stream without
 * tasks costs nothing, as a pool may have thousands attached: only what concerns all of them iterates over all.
 */
import type { TaskSource } from './contract.ts';

interface Attached {
  readonly priority: number;
  /** Whether one more value of this stream could be dispatched now. */
  readonly hungry: boolean;
  readonly source: Pick<TaskSource, 'waiting' | 'canFetch' | 'proceed' | 'sticky'>;
}

/** A slot that asks for the next stream in turn. */
export interface Server<P> {
  /** Whether it may serve this stream, now or later. */
  serves(attachment: P): boolean;
  servesNow(attachment: P): boolean;
  /** How many waiting tasks of this stream it may run. */
  waitingFor(attachment: P): number;
}

/** The streams of one priority that may have tasks, in the order of their turns. */
interface Level<P> {
  readonly priority: number;
  readonly queue: Set<P>;
}

export class RoundRobin<P extends Attached> implements Iterable<P> {
  readonly #all = new Set<P>();
  /** The highest first. There is always one level, even if empty: where all streams have one priority, no other is made. */
  readonly #levels: Level<P>[] = [{ priority: 0, queue: new Set() }];
  /** While paused no stream has a turn; those that are queued stay queued. */
  paused = false;
  /** The stream whose turn it is and that has to fetch a value from its source first. */
  #fetching: P | undefined;
  /**
   * Streams that are still queued and fetched nothing in their turn, because what they have is for other workers or because
   * there was no room. They are not asked again before all others had their turn.
   */
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

  /** Queues a stream that may have tasks, behind the others of its priority. */
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
   * The next stream in turn that `server` may serve; its turn is then over. If that stream cannot be served yet, or has to
   * fetch a value first, the result is undefined and the stream keeps its turn. A stream that has tasks for no server leaves
   * the queue.
   */
  next(server: Server<P>): P | undefined {
    if (this.paused) return undefined;
    // A copy where there are several levels: one that becomes empty is removed meanwhile.
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

  /** Makes this stream the next to fetch a value, unless another is already, or this one cannot. */
  fetchNext(attachment: P): void {
    if (this.#mayFetch(attachment)) this.#fetching ??= attachment;
  }

  /**
   * Lets the stream whose turn it is fetch a value, and returns whether there was such a stream. A value that does not come at
   * once gives its stream a turn when it comes.
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

  /** The streams that may have a turn, the highest priority first. */
  waiting(): Iterable<P> {
    if (this.paused) return [];
    return this.#levels.length === 1 ? this.#levels[0]!.queue : this.#byPriority();
  }

  *#byPriority(): Generator<P> {
    for (const { queue } of [...this.#levels]) yield* queue;
  }

  /** A copy of all streams: what the caller does with one may remove others. */
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

/** Whether the stream could fetch but has no room, for instance because a worker was started for another: it keeps its turn. */
const hasNoRoom = (attachment: Attached): boolean => attachment.source.canFetch === true && !attachment.hungry;

/** A server that may run any task at once. */
export const ANY_SERVER: Server<Attached> = {
  serves: () => true,
  servesNow: () => true,
  waitingFor: ({ source }) => source.waiting(),
};
