/** Sources that are read, not subscribed. Types only. */

/** A web `ReadableStream`, as far as it is used here. */
export interface ReadableStreamLike<T> {
  readonly locked?: boolean;
  getReader(): {
    read(): PromiseLike<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): PromiseLike<void>;
    releaseLock(): void;
  };
  cancel?(reason?: unknown): PromiseLike<void>;
}

/** What is read: an iterable, an async iterable (a Node stream is one), or a web stream. */
export type IterableSource<T> = Iterable<T> | AsyncIterable<T> | ReadableStreamLike<T>;
