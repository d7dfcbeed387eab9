/** The input of a source that is pulled. */
import { queueMicrotask } from '../../primitives/clock.ts';
import { show } from '../../api/checks.ts';
import { Fifo } from '../../primitives/fifo.ts';
import type { Context } from '../../primitives/zone.ts';
import type { Input } from './input.ts';

/** The part of a stream that a pulled input calls. */
export interface Pulling {
  /** A value has come. */
  arrived(): void;
  /** The end has come. */
  proceed(): void;
  /** The source has failed. */
  error(error: unknown): void;
}

type Pull<T> = Iterator<T, unknown> | AsyncIterator<T, unknown>;

/** Values that are fetched from an iterator when a worker has room for them. */
export class PullInput<T> implements Input {
  readonly #iterator: Pull<T>;
  readonly #inContext: Context;
  readonly #backlog = new Fifo<T>();
  #stream: Pulling | undefined;
  #fetched = 0;
  #reading = false;
  /** Whether all values may be read ahead: reading an array, a Set or a Map runs no code of the user's. */
  readonly #builtIn: boolean;
  /** Whether the last value that was read is an object that its source may refill. */
  #lastIsObject = false;
  /** Whether the source gives objects synchronously: each is then read only when the pool asks for its task. */
  #onDemand = false;
  #wanted: () => number = () => 0;
  /** Whether an error of the source is about to be passed to the stream. */
  #failing = false;
  /** Whether the iterator's `next` is on the call stack. */
  #asking = false;
  done = false;
  readonly pulls = true;
  /** Settles when the source has closed; a source that is in the middle of a read may never close. */
  closed: Promise<unknown> = Promise.resolve();

  constructor(iterator: Pull<T>, inContext: Context = (act) => act()) {
    this.#iterator = iterator;
    this.#inContext = inContext;
    this.#builtIn = /^\[object (?:Array|Set|Map|String) Iterator\]$/.test(Object.prototype.toString.call(iterator));
  }

  /** `Infinity` on demand: the number of values that are not read ahead cannot be known. */
  get waiting(): number {
    return this.#onDemand && this.#open ? Infinity : this.#backlog.length;
  }

  get readable(): boolean {
    return this.#open && !this.#onDemand && !(this.#lastIsObject && this.#backlog.length > 0);
  }

  get index(): number {
    return this.#fetched - this.#backlog.length;
  }

  attach(stream: Pulling): void {
    this.#stream = stream;
  }

  ready(): boolean {
    if (this.#backlog.length === 0 && this.#onDemand && this.#open)
      this.#readOne((error) => {
        this.#failing = true;
        // Later: the pool is asking for tasks now.
        queueMicrotask(() => this.#failed(error));
      });
    return this.#backlog.length > 0;
  }

  shift(): T {
    return this.#backlog.shift();
  }

  /**
   * Reads one value at a time: the next only when the one before has come, and, if that is an object, only when it has been
   * shifted, because the source may refill it for the next.
   */
  read(wanted: () => number): void {
    this.#wanted = wanted;
    const enough = wanted();
    while (this.readable && this.#backlog.length < enough) this.#readOne((error) => this.#failed(error));
  }

  /** Closes the source, so that its `finally` runs. */
  stop(): void {
    if (this.done) return;
    this.done = true;
    // A generator that is stopped from within its own `next` can be closed only when that has returned.
    this.closed = this.#asking ? Promise.resolve().then(() => this.#inContext(() => this.#close())) : this.#close();
    // An error here is for the callers that await `closed`.
    this.closed.catch(() => {});
  }

  clear(): void {
    this.#backlog.clear();
  }

  /** Whether the next value can be asked for. */
  get #open(): boolean {
    return !this.#reading && !this.done && !this.#failing;
  }

  #readOne(failed: (error: unknown) => void): void {
    this.#reading = true;
    this.#onDemand = false;
    try {
      const result = this.#ask();
      if (typeof (result as PromiseLike<unknown>)?.then === 'function')
        return this.#wait(result as PromiseLike<unknown>);
      this.#fetchedOne(result);
      this.#onDemand = this.#lastIsObject;
    } catch (error) {
      failed(error);
    }
    this.#reading = false;
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

  #wait(result: PromiseLike<unknown>): void {
    // Made a native promise: another thenable may settle twice, or throw.
    Promise.resolve(result)
      .then((fetched) => {
        this.#reading = false;
        this.#fetchedOne(fetched);
        if (this.done) this.#stream?.proceed();
        else this.#stream?.arrived();
        this.#inContext(() => this.read(this.#wanted));
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
      this.#lastIsObject = !this.#builtIn && typeof value === 'object' && value !== null;
      this.#backlog.push(value);
    }
  }

  #failed(error: unknown): void {
    if (this.done) return;
    this.done = true;
    this.#stream?.error(error);
  }
}
