/** What every pool shares: the streams attached to it, the loop that serves them in turn, counts, events, and `close`. */
import type { PoolClosedError } from '../api/errors.ts';
import type { PoolStats } from '../api/pool.ts';
import type { Attachment, ClosablePool, Description, EventListener, TaskSource } from './contract.ts';
import type { AttachmentPool, BaseAttachment } from './attachment.ts';
import { Coalesced } from '../primitives/coalesced.ts';
import { PoolEvents } from './poolEvents.ts';
import { RoundRobin } from './roundRobin.ts';
import { TaskTimes } from './taskTimes.ts';

/** A kind of pool says what is its own in `hasRoomFor` and the four hooks: `pass`, `revoke`, `afterPass` and `end`. */
export abstract class Dispatcher<A extends BaseAttachment> implements ClosablePool, AttachmentPool<A> {
  size: number;
  protected readonly roundRobin: RoundRobin<A> = new RoundRobin();
  protected readonly counts = { completed: 0, failed: 0 };
  protected readonly times: TaskTimes = new TaskTimes();
  protected readonly events: PoolEvents = new PoolEvents();
  /** How it was closed, if it was: once what was taken is delivered, or at once. */
  protected closing: 'drain' | 'now' | undefined;
  readonly #closedError: () => PoolClosedError;
  readonly #passes = new Coalesced(() => this.pass());
  #closed: Promise<void> | undefined;
  #resolveClosed!: () => void;
  #ending = false;

  constructor(size: number, closedError: () => PoolClosedError) {
    this.size = size;
    this.#closedError = closedError;
  }

  abstract attach(source: TaskSource): Attachment;

  abstract hasRoomFor(attachment: A): boolean;

  abstract stats(): Omit<PoolStats, 'dropped' | 'paused'>;

  abstract each(call: Description, calledAt: Error, keep: boolean): Promise<PromiseSettledResult<unknown>[]>;

  abstract warmUp(workers: number): Promise<void>;

  /** Gives whatever has room what is next. */
  protected abstract pass(): void;

  /** Takes back or cancels what was sent of this stream, from this `seq` on. */
  protected abstract revoke(attachment: A, from: number): void;

  /** Takes back what was sent and has not begun, where that can be. */
  protected recall(): void {}

  /** Looks after what every change may concern. */
  protected afterPass(): void {}

  /**
   * The pool is closing and no stream is attached: ends what is left of it. Undefined while something still runs; then it
   * is asked again after the next change. The promise is of the end of it all.
   */
  protected abstract end(): Promise<void> | undefined;

  listen(listener: EventListener): () => void {
    return this.events.listen(listener);
  }

  /** @throws PoolClosedError */
  protected add(attachment: A): A {
    if (this.closing !== undefined) throw this.#closedError();
    this.roundRobin.add(attachment);
    return attachment;
  }

  get paused(): boolean {
    return this.roundRobin.paused;
  }

  /** Lets nothing new begin. A pool that is closing is not paused: what it has taken would never end. */
  pause(): void {
    if (this.closing !== undefined || this.paused) return;
    this.roundRobin.paused = true;
    this.recall();
    this.pump();
  }

  resume(): void {
    if (!this.paused) return;
    this.roundRobin.paused = false;
    this.#roomMade();
  }

  resize(size: number): void {
    this.size = size;
    this.#roomMade();
  }

  /** There is room where there was none: who pulls its values has fetched none, and is to see that. */
  #roomMade(): void {
    for (const { source } of this.roundRobin) source.proceed();
    this.pump();
  }

  /** A call could not be made: its task has failed. */
  callFailed(): void {
    this.counts.failed++;
  }

  isQueued(attachment: A): boolean {
    return this.roundRobin.queued(attachment);
  }

  enqueue(attachment: A): void {
    this.roundRobin.enqueue(attachment);
  }

  /** Serves the streams until nothing has room or nothing waits; never inside itself. */
  pump(): void {
    do if (!this.#passes.run()) return;
    while (this.roundRobin.fetch());
    this.afterPass();
    if (this.closing !== undefined && this.roundRobin.size === 0) this.#end();
  }

  cancel(attachment: A, from: number): void {
    this.revoke(attachment, from);
    this.pump();
  }

  leave(attachment: A): void {
    this.roundRobin.remove(attachment);
    this.cancel(attachment, 0);
  }

  close(drain: boolean): Promise<void> {
    this.#closed ??= new Promise((resolve) => (this.#resolveClosed = resolve));
    const first = this.closing === undefined;
    if (first || !drain) this.closing = drain ? 'drain' : 'now';
    this.roundRobin.paused = false;
    const reason = this.#closedError();
    for (const { source } of this.roundRobin)
      if (!drain) source.error(reason);
      else if (first) source.closing(reason);
    this.pump();
    return this.#closed;
  }

  #end(): void {
    if (this.#ending) return;
    const ended = this.end();
    // To end a worker is a change, after which this is asked again, within.
    if (ended === undefined || this.#ending) return;
    this.#ending = true;
    void ended.then(() => {
      this.events.complete();
      this.#resolveClosed();
    });
  }
}
