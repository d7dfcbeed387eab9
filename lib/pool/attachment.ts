/** A stream's attachment to a pool. */
import { inNoContext } from '#platform';
import type { Attachment, TaskSource } from './contract.ts';
import type { BatchSizing } from './batchSizer.ts';

/** The part of a pool that an attachment of kind `A` uses. */
export interface AttachmentPool<in A> {
  readonly size: number;
  readonly paused: boolean;
  /** Whether one more value of this stream could be dispatched now. */
  hasRoomFor(attachment: A): boolean;
  /** Whether the pool will ask this stream for tasks once a worker has room. */
  isQueued(attachment: A): boolean;
  enqueue(attachment: A): void;
  pump(): void;
  cancel(attachment: A, from: number): void;
  leave(attachment: A): void;
}

export abstract class BaseAttachment implements Attachment {
  readonly source: TaskSource;
  readonly priority: number;
  /** How many tasks go into a message; undefined where the pool sends none. */
  abstract readonly sizer: BatchSizing | undefined;
  /** Whether the stream has detached: the calls that `fn` has described are no longer wanted. */
  detached = false;
  protected abstract readonly pool: AttachmentPool<this>;

  constructor(source: TaskSource) {
    this.source = source;
    this.priority = source.priority ?? 0;
  }

  get ahead(): number {
    const size = this.sizer === undefined ? 1 : Math.min(this.sizer.size, this.source.batch);
    return size === 1 ? 1 : size * Math.min(this.pool.size, this.source.concurrency);
  }

  get hungry(): boolean {
    return !this.pool.paused && this.pool.hasRoomFor(this);
  }

  get queued(): boolean {
    return this.pool.isQueued(this);
  }

  /** Gives the stream a turn, as it may have tasks again. */
  enqueue(): void {
    this.pool.enqueue(this);
  }

  wake(): void {
    this.enqueue();
    this.leaveContext(() => this.pool.pump());
  }

  cancel(from: number): void {
    this.leaveContext(() => this.pool.cancel(this, from));
  }

  leave(): void {
    this.detached = true;
    this.leaveContext(() => this.pool.leave(this));
  }

  /** A pool acts in no stream's async context: the workers, timers and connections that it starts outlast the stream. */
  protected leaveContext(act: () => void): void {
    inNoContext(act);
  }
}
