/** Sources that are read. Types only. */

/** A web `ReadableStream`, as far as it is used here. */
export interface ReadableStreamLike<T> {
  /** Whether it has a reader. */
  readonly locked?: boolean;
  /** What reads it, from now on alone. */
  getReader(): {
    read(): PromiseLike<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): PromiseLike<void>;
    releaseLock(): void;
  };
  /** Ends it, where nobody has read it. */
  cancel?(reason?: unknown): PromiseLike<void>;
}

/**
 * An Observable, of RxJS, of the platform or of others, as far as it is used here. What it is given is an observer only: the
 * function is for the compiler, which finds `T` in the last of RxJS's overloads.
 */
export interface SubscribableLike<T> {
  /** Runs it; what it returns, if it returns anything, ends that. */
  subscribe(
    observer: ((value: T) => void) & { next(value: T): void; error(error: unknown): void; complete(): void },
  ): { unsubscribe(): void } | void;
}

/** What is read: an iterable, an async iterable (a Node stream is one), a web stream, or an Observable. */
export type IterableSource<T> = Iterable<T> | AsyncIterable<T> | ReadableStreamLike<T> | SubscribableLike<T>;
