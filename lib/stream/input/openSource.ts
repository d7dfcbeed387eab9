/** How each kind of source is opened for reading, and how it is closed where it never was. */
import type { ReadableStreamLike } from '../../api/iterableSource.ts';
import { Fifo } from '../../primitives/fifo.ts';
import { type Pushing, pushingOf } from '../../protocol/observable.ts';

/** What Node has of an emitter, as far as it is used here: a stream, or the lines of one. */
interface Emitter extends AsyncIterable<unknown> {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

interface NodeStream extends Emitter {
  pipe(...args: unknown[]): unknown;
  destroy(): void;
}

/** `node:readline`'s. */
interface Lines extends Emitter {
  readonly closed?: boolean;
  readonly input: Emitter & { readonly closed?: boolean; readonly readableEnded?: boolean };
  close(): void;
}

type Iterating = Iterator<unknown> | AsyncIterator<unknown>;

/** Something that can be read, once. */
export interface Source {
  /** Begins to read it. */
  open(): Iterating;
  /** Instead of `open`: nobody will read it. */
  close(): unknown;
}

/**
 * Undefined where `source` is nothing that can be iterated. Asynchronous ones are then asked for their iterator at once:
 * what emits events (lines) emits them whether anybody listens or not. That reads nothing of a generator or stream.
 */
export function sourceOf(source: unknown): (() => Source) | undefined {
  const found = source as Partial<
    NodeStream & Iterable<unknown> & ReadableStreamLike<unknown> & AsyncIterable<unknown> & Iterator<unknown>
  > | null;
  // Before its async iterator, which not all browsers have, and whose `return` waits for a read that may never end.
  if (typeof found?.getReader === 'function') return () => webStream(found as ReadableStreamLike<unknown>);
  if (typeof found?.[Symbol.asyncIterator] === 'function') {
    const emits = typeof found.on === 'function' && typeof found.off === 'function';
    if (emits && typeof found.pipe === 'function' && typeof found.destroy === 'function')
      return () => nodeStream(found as NodeStream);
    const { close, input } = found as Partial<Lines>;
    if (emits && typeof close === 'function' && typeof input?.on === 'function') return () => lines(found as Lines);
    return () => begun(() => found[Symbol.asyncIterator]!());
  }
  if (typeof found?.[Symbol.iterator] === 'function')
    // Where nothing was opened there is something to close only if it is an iterator itself.
    return () => ({ open: () => found[Symbol.iterator]!(), close: () => found.return?.() });
  const pushing = pushingOf(source);
  return pushing === undefined ? undefined : () => ({ open: () => readPushed(pushing), close() {} });
}

/** Subscribed to when it is read; what it pushes waits until it is asked for, and so does its end. */
function readPushed(source: Pushing): AsyncIterator<unknown> {
  const DONE = { done: true, value: undefined } as const;
  const stop = new AbortController();
  const values = new Fifo<unknown>();
  let end: (() => typeof DONE) | undefined;
  let wake: (() => void) | undefined;
  const ended = (how: () => typeof DONE): void => {
    end ??= how;
    wake?.();
  };
  const observer = {
    next(value: unknown): void {
      values.push(value);
      wake?.();
    },
    error: (error: unknown) =>
      ended(() => {
        throw error;
      }),
    complete: () => ended(() => DONE),
  };
  // That of the platform is ended by the signal, others by what they give back.
  const subscription = source.subscribe(observer, { signal: stop.signal });
  return {
    async next() {
      if (values.length === 0 && end === undefined) await new Promise<void>((resolve) => (wake = resolve));
      return values.length > 0 ? { done: false, value: values.shift() } : end!();
    },
    async return() {
      stop.abort();
      subscription?.unsubscribe?.();
      values.clear();
      ended(() => DONE);
      return DONE;
    },
  };
}

/** Opened now; what goes wrong in that is for who reads it. */
function begun(open: () => Iterating): Source {
  try {
    const iterator = open();
    return { open: () => iterator, close: () => iterator.return?.() };
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return { open: fail, close() {} };
  }
}

/** Locked when it is read, so that it is free where it never is. */
function webStream<T>(stream: ReadableStreamLike<T>): Source {
  return {
    open() {
      if (stream.locked === true)
        throw new TypeError('The source is a ReadableStream that is locked: something else is reading it');
      return readWebStream(stream);
    },
    close: () => (stream.locked === true ? undefined : stream.cancel?.()),
  };
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

function ignore(): void {}

/** An error that comes before it is read is told when it is: unheard, it would end the process. */
function nodeStream(stream: NodeStream): Source {
  stream.on('error', ignore);
  return {
    open: () => readNodeStream(stream),
    close: () => stream.destroy(),
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

/** The lines of a stream: they come from when they are made, and end with a `close` that comes but once. */
function lines(source: Lines): Source {
  return begun(() => {
    if (source.closed === true)
      throw new Error(
        'The source was closed before it was given: the lines of a stream come at once, so give them in the same turn',
      );
    const iterator = source[Symbol.asyncIterator]();
    const { input } = source;
    const close = (): void => source.close();
    // Of a stream that is destroyed no end is told, and the lines wait for that.
    if (input.closed === true || input.readableEnded === true) close();
    else input.on('close', close);
    return {
      next: () => iterator.next(),
      async return() {
        await iterator.return?.();
        source.close();
        return { done: true, value: undefined };
      },
    };
  });
}
