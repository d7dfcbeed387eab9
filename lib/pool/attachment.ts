/** A stream's attachment to a pool. */
import { inNoContext } from '#platform';
import type { Attachment, TaskSource } from './contract.ts';
import type { BatchSizing } from './batchSizer.ts';

/** What an attachment of kind `A` asks of its pool. */
export interface AttachmentPool<in A> {
  readonly size: number;
  readonly paused: boolean;
  /** Whether it would take a value more of this stream now. */
  hasRoomFor(attachment: A): boolean;
  /** Whether the stream will be asked when there is room. */
  isQueued(attachment: A): boolean;
  enqueue(attachment: A): void;
  pump(): void;
  cancel(attachment: A, from: number): void;
  leave(attachment: A): void;
}

export abstract class BaseAttachment implements Attachment {
  readonly source: TaskSource;
  readonly priority: number;
  /** How many tasks go into a message; undefined where none are sent. */
  abstract readonly sizer: BatchSizing | undefined;
  /** Whether its stream has gone: nobody waits any more for what `fn` has described. */
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

  /** It may have something again. */
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

  /** What a pool does it does in no stream's async context: it starts workers, timers and connections that outlast them. */
  protected leaveContext(act: () => void): void {
    inNoContext(act);
  }
}
