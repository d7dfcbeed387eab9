/** A stream's place at a pool that sends messages, each of one task or several. */
import { inNoContext } from '#platform';
import type { TaskSource, Attachment } from './contract.ts';
import type { BatchSizing } from './batchSizer.ts';

/** What an attachment asks of its pool. */
export interface AttachmentPool<S> {
  readonly size: number;
  /** Whether it would take a value more of this stream now. */
  hasRoomFor(attachment: S): boolean;
  isQueued(attachment: S): boolean;
  enqueue(attachment: S): void;
  pump(): void;
  cancel(attachment: S, from: number): void;
  leave(attachment: S): void;
}

/**
 * `S` is the kind of attachment that the pool has. What a pool does it does in no stream's async context: it starts workers,
 * timers and connections that outlast them.
 */
export abstract class BatchingAttachment<S extends BatchingAttachment<S>> implements Attachment {
  readonly source: TaskSource;
  readonly sizer: BatchSizing;
  readonly #pool: AttachmentPool<S>;

  constructor(source: TaskSource, sizer: BatchSizing, pool: AttachmentPool<S>) {
    this.source = source;
    this.sizer = source.sizer ?? sizer;
    this.#pool = pool;
  }

  get ahead(): number {
    const size = Math.min(this.sizer.size, this.source.batch);
    return size === 1 ? 1 : size * Math.min(this.#pool.size, this.source.concurrency);
  }

  get hungry(): boolean {
    return this.#pool.hasRoomFor(this as unknown as S);
  }

  get queued(): boolean {
    return this.#pool.isQueued(this as unknown as S);
  }

  /** It may have something again. */
  enqueue(): void {
    this.#pool.enqueue(this as unknown as S);
  }

  wake(): void {
    this.enqueue();
    inNoContext(() => this.#pool.pump());
  }

  cancel(from: number): void {
    inNoContext(() => this.#pool.cancel(this as unknown as S, from));
  }

  leave(): void {
    inNoContext(() => this.#pool.leave(this as unknown as S));
  }
}
