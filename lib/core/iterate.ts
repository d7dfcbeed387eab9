/** The part that is an iterator: a stream between a source that is pulled and a consumer that pulls. */
import type { Plan } from '../options.ts';
import { whenAborted } from './abort.ts';
import type { Crew } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { Pulled } from './pulled.ts';
import { type Destination, Stream } from './stream.ts';

interface Asked<R> {
  resolve(result: IteratorResult<R, undefined>): void;
  reject(error: unknown): void;
}

interface Run<T> {
  readonly stream: Stream;
  readonly source: Pulled<T>;
  readonly end: () => void;
}

const DONE = { done: true, value: undefined } as const;

/** Makes an iterator of a crew and an outlet. Nothing is read or started before the first `next`. */
export class Results<T, R> implements AsyncIterableIterator<R, undefined> {
  readonly #open: () => Iterator<T, unknown> | AsyncIterator<T, unknown>;
  readonly #crew: Crew;
  readonly #plan: Plan;
  readonly #outlet: Outlet;
  readonly #subscribed: Error = new Error('subscribed');
  /** Calls of `next` that wait for their result. */
  readonly #asked: Asked<R>[] = [];
  #run: Run<T> | undefined;
  /** An error that came while nobody was asking. An array, since undefined may be thrown. */
  #failure: [unknown] | undefined;
  #over = false;

  constructor(
    open: () => Iterator<T, unknown> | AsyncIterator<T, unknown>,
    crew: Crew,
    plan: Plan,
    outlet: new () => Outlet,
  ) {
    this.#open = open;
    this.#crew = crew;
    this.#plan = plan;
    this.#outlet = new outlet();
  }

  next(): Promise<IteratorResult<R, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        const [error] = this.#failure;
        this.#failure = undefined;
        return reject(error);
      }
      if (this.#over) return resolve(DONE);
      this.#asked.push({ resolve, reject });
      try {
        this.#run ??= this.#start();
        this.#run?.stream.drain();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Stops: what is out is cancelled, the source is closed. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#run?.stream.stop();
    this.#finish();
    await this.#run?.source.closed;
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

  #start(): Run<T> {
    const { signal } = this.#plan;
    if (signal?.aborted === true) throw signal.reason;
    const { pool, release } = this.#crew.hire();
    let unlisten: (() => void) | undefined;
    const end = (): void => {
      unlisten?.();
      release?.();
    };
    try {
      const source = new Pulled<T>(this.#open());
      const stream = new Stream(
        pool,
        this.#plan,
        source,
        this.#outlet,
        this.#crew.describe,
        this.#destination(),
        this.#subscribed,
      );
      source.feed(stream);
      if (signal !== undefined) unlisten = whenAborted(signal, () => stream.error(signal.reason));
      return { stream, source, end };
    } catch (error) {
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

  #fail(error: unknown): void {
    if (this.#over) return;
    const first = this.#asked.shift();
    if (first === undefined) this.#failure = [error];
    else first.reject(error);
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#run?.end();
    for (const { resolve } of this.#asked.splice(0)) resolve(DONE);
  }
}
