import { show } from '../options.ts';
import { Backlog } from './backlog.ts';
import type { Context } from './context.ts';
import type { Intake } from './stream.ts';

/** What a pulled source has to do with its stream. */
export interface Pulling {
  /** A value has come. */
  arrived(): void;
  /** The end has come. */
  drain(): void;
  /** The source has failed. */
  error(error: unknown): void;
}

type Pull<T> = Iterator<T, unknown> | AsyncIterator<T, unknown>;

/** Values that are fetched from an iterator when a worker has room for them. */
export class Pulled<T> implements Intake {
  readonly #iterator: Pull<T>;
  readonly #inContext: Context;
  readonly #backlog = new Backlog<T>();
  #stream: Pulling | undefined;
  #fetched = 0;
  #reading = false;
  /** Within the very call of the iterator's `next`. */
  #asking = false;
  done = false;
  /** Settles when the source has been closed; a source that is in the middle of a read may never be. */
  closed: Promise<unknown> = Promise.resolve();

  constructor(iterator: Pull<T>, inContext: Context = (act) => act()) {
    this.#iterator = iterator;
    this.#inContext = inContext;
  }

  get waiting(): number {
    return this.#backlog.length;
  }

  get readable(): boolean {
    return !this.done && !this.#reading;
  }

  get index(): number {
    return this.#fetched - this.#backlog.length;
  }

  feed(stream: Pulling): void {
    this.#stream = stream;
  }

  take(): T {
    return this.#backlog.shift();
  }

  /** One at a time: an iterator's next value is asked for when the one before has come. */
  read(wanted: () => number): void {
    const enough = wanted();
    while (!this.#reading && !this.done && this.#backlog.length < enough) {
      this.#reading = true;
      try {
        const result = this.#ask();
        if (typeof (result as PromiseLike<unknown>)?.then === 'function')
          return this.#wait(result as PromiseLike<unknown>, wanted);
        this.#fetchedOne(result);
      } catch (error) {
        this.#failed(error);
      }
      this.#reading = false;
    }
  }

  /** Closes the source, so that its `finally` runs. */
  stop(): void {
    if (this.done) return;
    this.done = true;
    // A generator that is stopped from inside itself cannot be closed before it has come to its next value.
    this.closed = this.#asking ? Promise.resolve().then(() => this.#inContext(() => this.#close())) : this.#close();
    // What goes wrong here is for who waits for it.
    this.closed.catch(() => {});
  }

  clear(): void {
    this.#backlog.clear();
  }

  #ask(): unknown {
    this.#asking = true;
    try {
      return this.#iterator.next();
    } finally {
      this.#asking = false;
    }
  }

  async #close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #wait(result: PromiseLike<unknown>, wanted: () => number): void {
    // A promise of ours: what is only like one may settle twice, or throw.
    Promise.resolve(result)
      .then((fetched) => {
        this.#reading = false;
        this.#fetchedOne(fetched);
        if (this.done) this.#stream?.drain();
        else this.#stream?.arrived();
        this.#inContext(() => this.read(wanted));
      })
      .catch((error: unknown) => this.#failed(error));
  }

  #fetchedOne(result: unknown): void {
    if (this.done) return;
    if (typeof result !== 'object' || result === null)
      throw new TypeError(`next() of the source must give { done, value }, it gave ${show(result)}`);
    const { done, value } = result as IteratorResult<T, unknown>;
    if (done === true) this.done = true;
    else {
      this.#fetched++;
      this.#backlog.push(value);
    }
  }

  #failed(error: unknown): void {
    if (this.done) return;
    this.done = true;
    this.#stream?.error(error);
  }
}
