/** The part that all pools share: the attached streams, the loop that serves them in turn, counts, events, and `close`. */
import type { PoolClosedError } from '../api/errors.ts';
import type { PoolStats } from '../api/types/pool.ts';
import type { Attachment, ClosablePool, Description, EventListener, TaskSource } from './contract.ts';
import type { AttachmentPool, BaseAttachment } from './attachment.ts';
import { Coalesced } from '../primitives/coalesced.ts';
import { PoolEvents } from './poolEvents.ts';
import { RoundRobin } from './roundRobin.ts';
import { TaskTimes } from './taskTimes.ts';

/** A kind of pool implements `hasRoomFor` and the hooks `pass`, `revoke` and `end`; it may override `recall` and `afterPass`. */
export abstract class Dispatcher<A extends BaseAttachment> implements ClosablePool, AttachmentPool<A> {
  size: number;
  protected readonly roundRobin: RoundRobin<A> = new RoundRobin();
  protected readonly counts = { completed: 0, failed: 0 };
  protected readonly times: TaskTimes = new TaskTimes();
  protected readonly events: PoolEvents = new PoolEvents();
  /** How the pool was closed, if it was: after the results for all values that streams have received are delivered, or at once. */
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

  /** Takes tasks for whatever has room. */
  protected abstract pass(): void;

  /** Recalls or cancels the tasks of this stream from this `seq` on. */
  protected abstract revoke(attachment: A, from: number): void;

  /** Recalls tasks that were sent and have not begun, where the pool can. */
  protected recall(): void {}

  /** Runs after every change, when the passes are done. */
  protected afterPass(): void {}

  /**
   * Ends the pool, which is closing and has no streams. Returns undefined while something still runs, and is then called again
   * after the next change; else a promise of the end of everything that belongs to the pool.
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

  /** Lets no new task begin. A closing pool is not paused: it would never finish. */
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

  /** There may be new room. A stream that pulls its values has fetched none without it, so every stream proceeds. */
  #roomMade(): void {
    for (const { source } of this.roundRobin) source.proceed();
    this.pump();
  }

  /** Counts a task that has failed because its arguments cannot cross. */
  callFailed(): void {
    this.counts.failed++;
  }

  isQueued(attachment: A): boolean {
    return this.roundRobin.queued(attachment);
  }

  enqueue(attachment: A): void {
    this.roundRobin.enqueue(attachment);
  }

  /** Serves the streams until no worker has room or no task waits. Not reentrant: a nested call schedules another pass. */
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
    // Ending a worker is a change, which may have called this method again, from within.
    if (ended === undefined || this.#ending) return;
    this.#ending = true;
    void ended.then(() => {
      this.events.complete();
      this.#resolveClosed();
    });
  }
}
