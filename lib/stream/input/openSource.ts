/** How each kind of source is opened for reading, and how one is closed that was never opened. */
import type { ReadableStreamLike } from '../../api/types/iterableSource.ts';
import { Fifo } from '../../primitives/fifo.ts';
import { type Pushing, pushingOf } from '../../protocol/observable.ts';

/** The part of Node's EventEmitter that is used here; of a stream, or of the lines of one. */
interface Emitter extends AsyncIterable<unknown> {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

interface NodeStream extends Emitter {
  pipe(...args: unknown[]): unknown;
  destroy(): void;
}

/** The Interface of `node:readline`. */
interface Lines extends Emitter {
  readonly closed?: boolean;
  readonly input: Emitter & { readonly closed?: boolean; readonly readableEnded?: boolean };
  close(): void;
}

type Iterating = Iterator<unknown> | AsyncIterator<unknown>;

/** A source that can be read once. */
export interface Source {
  /** Opens the source for reading. */
  open(): Iterating;
  /** Called instead of `open`, if the source will not be read. */
  close(): unknown;
}

/**
 * Undefined where `source` cannot be read. An async iterable is asked for its iterator at once, because lines come as events
 * and are missed while nobody listens; of a generator or stream that reads nothing.
 */
export function sourceOf(source: unknown): (() => Source) | undefined {
  const found = source as Partial<
    NodeStream & Iterable<unknown> & ReadableStreamLike<unknown> & AsyncIterable<unknown> & Iterator<unknown>
  > | null;
  // In place of its async iterator, which some browsers lack, and whose `return` waits for a read that may never end.
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
    // A source that was not opened needs closing only if it is an iterator itself.
    return () => ({ open: () => found[Symbol.iterator]!(), close: () => found.return?.() });
  const pushing = pushingOf(source);
  return pushing === undefined ? undefined : () => ({ open: () => readPushed(pushing), close() {} });
}

/** An iterator over what `source` pushes: values, and the end, wait until they are asked for. */
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
  // An Observable of the platform ends with the signal, others by the subscription that they return.
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

/** A source that is opened now; an error in that is thrown when the source is read. */
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

/** Locks the stream only when it is read: one that is never read stays free. */
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
    // Ends a pending read, too.
    async return() {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

function ignore(): void {}

/** Listens to errors from the start: an error before the stream is read would end the process. The read throws it. */
function nodeStream(stream: NodeStream): Source {
  stream.on('error', ignore);
  return {
    open: () => readNodeStream(stream),
    close: () => stream.destroy(),
  };
}

/** Destroys the stream on `return`: its own iterator would wait for data that may never come, with the file or socket open. */
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

/** The lines of a stream, which come as soon as the Interface is made, and end with its one `close` event. */
function lines(source: Lines): Source {
  return begun(() => {
    if (source.closed === true)
      throw new Error(
        'The source was closed before it was given: the lines of a stream come at once, so give them in the same turn',
      );
    const iterator = source[Symbol.asyncIterator]();
    const { input } = source;
    const close = (): void => source.close();
    // A destroyed stream emits no `end`, for which the lines would wait.
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
