/** The part that is an iterator: a stream between a source that is pulled and a consumer that pulls. */
import { captureContext } from '#platform';
import type { ResolvedOptions } from '../api/options.ts';
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

/** Makes an iterator of an executor and an result buffer. Nothing is read, and no worker started, before the first `next`. */
export class ResultIterator<T, R> implements AsyncIterableIterator<R, undefined> {
  /** Until it is opened, or closed unread. */
  #source: Source | undefined;
  #unread: Promise<unknown> | undefined;
  readonly #executor: Executor;
  readonly #options: ResolvedOptions;
  readonly #results: ResultBuffer;
  readonly #callSite: Error;
  /** Of whoever made it: the consumer may ask from anywhere. */
  readonly #inContext = captureContext();
  /** Calls of `next` that wait for their result. */
  readonly #asked: Asked<R>[] = [];
  #run: Running<T> | undefined;
  /** An error that came while nobody was asking. An array, since undefined may be thrown. */
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

  /** Stops: what is out is cancelled, the source is closed. Rejects with what goes wrong in that. */
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
      // Whoever was asked to open the source may have ended this instead.
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

  /** Who waits is told when the source has closed, so that its `finally` has run. */
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

  /** A source that was not read is closed all the same. */
  #leave(): void {
    const source = this.#source;
    if (source === undefined) return;
    this.#source = undefined;
    this.#unread = this.#inContext(async () => source.close());
    // What goes wrong here is for who waits for it.
    this.#unread.catch(() => {});
  }

  /** What `next` gives after the end. */
  async #afterEnd(): Promise<IteratorResult<R, undefined>> {
    await this.#closed().catch(() => {});
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure[0];
    return DONE;
  }

  /** Once it is over: settles when the source has closed. A source may be in a read that never ends: that is not waited for. */
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
