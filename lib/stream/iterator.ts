/** The iterator form of a stream: its source is pulled, and its consumer pulls. */
import { captureContext } from '#platform';
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import { onAbort } from '../primitives/onAbort.ts';
import { clearTimeout, setTimeout } from '../primitives/clock.ts';
import type { Executor } from './executor.ts';
import type { Source } from './input/openSource.ts';
import type { ResultBuffer } from './results/resultBuffer.ts';
import { PullInput } from './input/pullInput.ts';
import { type Destination, NOTHING, Stream } from './stream.ts';

interface Asked<R> {
  resolve(result: IteratorResult<R, undefined>): void;
  reject(error: unknown): void;
}

interface Running<T> {
  readonly stream: Stream;
  readonly source: PullInput<T>;
  readonly end: () => void;
}

const DONE = { done: true, value: undefined } as const;

/** An iterator over the results of an executor. Nothing is read, and no worker started, before the first `next`. */
export class ResultIterator<T, R> implements AsyncIterableIterator<R, undefined> {
  /** Undefined once the source was opened, or closed without being read. */
  #source: Source | undefined;
  #unread: Promise<unknown> | undefined;
  readonly #executor: Executor;
  readonly #options: ResolvedOptions;
  readonly #results: ResultBuffer;
  readonly #callSite: Error;
  /** The async context of whoever made the iterator; the consumer may call `next` from any other. */
  readonly #inContext = captureContext();
  /** Calls of `next` that wait for their result. */
  readonly #asked: Asked<R>[] = [];
  #run: Running<T> | undefined;
  /** An error that came while no `next` was pending. An array, since undefined may be thrown. */
  #failure: [unknown] | undefined;
  #over = false;
  #closing: Promise<unknown> | undefined;

  constructor(
    source: Source,
    executor: Executor,
    options: ResolvedOptions,
    results: new () => ResultBuffer,
    callSite: Error,
  ) {
    this.#source = source;
    this.#executor = executor;
    this.#options = options;
    this.#results = new results();
    this.#callSite = callSite;
  }

  next(): Promise<IteratorResult<R, undefined>> {
    const ready = this.#run === undefined ? NOTHING : this.#run.stream.poll();
    if (ready !== NOTHING) return Promise.resolve({ done: false, value: ready as R });
    if (this.#over) return this.#afterEnd();
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      try {
        this.#run ??= this.#start();
        this.#run.stream.proceed();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Cancels what is out and closes the source; rejects with what closing the source throws. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#failure = undefined;
    if (this.#over) await this.#closed().catch(() => {});
    else {
      this.#run?.stream.stop();
      this.#finish();
      await this.#closed();
    }
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<R, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #start(): Running<T> {
    const { signal } = this.#options;
    if (signal?.aborted === true) throw signal.reason;
    const { pool, release } = this.#executor.acquire();
    let source: PullInput<T> | undefined;
    let unlisten: (() => void) | undefined;
    const end = (): void => {
      unlisten?.();
      release?.();
    };
    try {
      const { open } = this.#source!;
      this.#source = undefined;
      source = new PullInput<T>(this.#inContext(open) as Iterator<T>, this.#inContext);
      const stream = new Stream(
        pool,
        this.#options,
        source,
        this.#results,
        this.#executor.describe,
        this.#destination(),
        this.#callSite,
        this.#inContext,
      );
      source.attach(stream);
      // Opening the source runs the user's code, which may have ended this iterator.
      if (this.#over) {
        stream.stop();
        end();
      } else if (signal !== undefined) unlisten = onAbort(signal, () => stream.error(signal.reason));
      return { stream, source, end };
    } catch (error) {
      source?.stop();
      end();
      throw error;
    }
  }

  #destination(): Destination {
    const asked = this.#asked;
    return {
      get asking() {
        return asked.length > 0;
      },
      next: (value: R) => asked.shift()?.resolve({ done: false, value }),
      error: (error) => this.#fail(error),
      complete: () => this.#finish(),
    };
  }

  /** Pending calls of `next` are answered once the source has closed, so that its `finally` has run. */
  #fail(reason: unknown): void {
    if (this.#over) return;
    const [first, ...others] = this.#asked.splice(0);
    if (first === undefined) this.#failure = [reason];
    this.#finish();
    const answer = (): void => {
      first?.reject(reason);
      for (const { resolve } of others) resolve(DONE);
    };
    this.#closed().then(answer, answer);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#run?.end();
    this.#leave();
    for (const { resolve } of this.#asked.splice(0)) resolve(DONE);
  }

  /** Closes a source that was never opened. */
  #leave(): void {
    const source = this.#source;
    if (source === undefined) return;
    this.#source = undefined;
    this.#unread = this.#inContext(async () => source.close());
    // An error here is thrown by `return`.
    this.#unread.catch(() => {});
  }

  /** The answer to a `next` after the end. */
  async #afterEnd(): Promise<IteratorResult<R, undefined>> {
    await this.#closed().catch(() => {});
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure[0];
    return DONE;
  }

  /**
   * To be called after the end: settles when the source has closed, or after `terminateAfter`, as a source in the middle of a
   * read may never close.
   */
  #closed(): Promise<unknown> {
    const { terminateAfter } = this.#options;
    const closed = this.#run?.source.closed ?? this.#unread;
    if (closed === undefined || terminateAfter === Infinity) return Promise.resolve(closed);
    this.#closing ??= new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, terminateAfter);
      closed.then(resolve, reject).finally(() => clearTimeout(timer));
    });
    return this.#closing;
  }
}
