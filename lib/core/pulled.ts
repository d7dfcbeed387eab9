import { Backlog } from './backlog.ts';
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
  readonly #backlog = new Backlog<T>();
  #stream: Pulling | undefined;
  #fetched = 0;
  #reading = false;
  done = false;
  /** Resolves when the source has been closed. */
  closed: Promise<unknown> = Promise.resolve();

  constructor(iterator: Pull<T>) {
    this.#iterator = iterator;
  }

  get waiting(): number {
    return this.#backlog.length;
  }

  get index(): number {
    return this.#backlog.firstIndex;
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
        const result = this.#iterator.next();
        if ('then' in result) return this.#wait(result, wanted);
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
    const waiting = this.#reading;
    try {
      const closed = Promise.resolve(this.#iterator.return?.());
      // A source that is in the middle of something may never come to its end: nobody waits for that.
      if (waiting) closed.catch(() => {});
      else this.closed = closed;
    } catch (error) {
      this.closed = Promise.reject(error);
    }
    this.closed.catch(() => {});
  }

  clear(): void {
    this.#backlog.clear();
  }

  #wait(result: PromiseLike<IteratorResult<T, unknown>>, wanted: () => number): void {
    result.then(
      (fetched) => {
        this.#reading = false;
        this.#fetchedOne(fetched);
        if (this.done) this.#stream?.drain();
        else this.#stream?.arrived();
        this.read(wanted);
      },
      (error: unknown) => {
        this.#reading = false;
        this.#failed(error);
      },
    );
  }

  #fetchedOne(result: IteratorResult<T, unknown>): void {
    if (this.done) return;
    if (result.done === true) this.done = true;
    else this.#backlog.push(result.value, this.#fetched++);
  }

  #failed(error: unknown): void {
    if (this.done) return;
    this.done = true;
    this.#stream?.error(error);
  }
}
