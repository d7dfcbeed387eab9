/** How each kind of source is opened for reading. */

/** A web `ReadableStream`, as far as it is used here. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): PromiseLike<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): PromiseLike<void>;
    releaseLock(): void;
  };
}

/** A Node stream, as far as it is used here. */
interface NodeStream extends AsyncIterable<unknown> {
  pipe(...args: unknown[]): unknown;
  destroy(): void;
}

/** Starts reading: each call is a new iteration. */
export type Open = () => Iterator<unknown> | AsyncIterator<unknown>;

/** Undefined where `source` is nothing that can be iterated. */
export function openingOf(source: unknown): Open | undefined {
  const found = source as Partial<
    NodeStream & Iterable<unknown> & ReadableStreamLike<unknown> & AsyncIterable<unknown>
  > | null;
  // Before its async iterator, which not all browsers have, and whose `return` waits for a read that may never end.
  if (typeof found?.getReader === 'function') return () => readWebStream(found as ReadableStreamLike<unknown>);
  if (typeof found?.[Symbol.asyncIterator] === 'function') {
    if (typeof found.pipe === 'function' && typeof found.destroy === 'function')
      return () => readNodeStream(found as NodeStream);
    return () => found[Symbol.asyncIterator]!();
  }
  if (typeof found?.[Symbol.iterator] === 'function') return () => found[Symbol.iterator]!();
  return undefined;
}

function readWebStream<T>(stream: ReadableStreamLike<T>): AsyncIterator<T | undefined> {
  const reader = stream.getReader();
  return {
    async next() {
      let ended = true;
      try {
        const { done, value } = await reader.read();
        ended = done;
        return done ? { done, value: undefined } : { done, value };
      } finally {
        if (ended) reader.releaseLock();
      }
    },
    // Ends a read that is still waiting, too.
    async return() {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

/** Its own iterator's `return` would wait for data that may never come, with the file or socket open. */
function readNodeStream(stream: NodeStream): AsyncIterator<unknown> {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    async return() {
      stream.destroy();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
