/** The sources of iterators over results. Types only. */

/** The part of a web `ReadableStream` that is used here. */
export interface ReadableStreamLike<T> {
  /** Whether it has a reader. */
  readonly locked?: boolean;
  /** Locks the stream to a reader. */
  getReader(): {
    read(): PromiseLike<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): PromiseLike<void>;
    releaseLock(): void;
  };
  /** Ends a stream that was not read. */
  cancel?(reason?: unknown): PromiseLike<void>;
}

/**
 * The part of an Observable, of RxJS, of the platform or of others, that is used here. It is only given an observer object; the
 * function type is for the compiler, which infers `T` from the last of RxJS's overloads.
 */
export interface SubscribableLike<T> {
  /** Subscribes `observer`; the result, if there is one, ends that. */
  subscribe(
    observer: ((value: T) => void) & { next(value: T): void; error(error: unknown): void; complete(): void },
  ): { unsubscribe(): void } | void;
}

/** A source: an iterable, an async iterable (a Node stream is one), a web stream, or an Observable. */
export type IterableSource<T> = Iterable<T> | AsyncIterable<T> | ReadableStreamLike<T> | SubscribableLike<T>;
