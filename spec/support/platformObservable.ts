/** The platform's Observable where there is none: as the specification has it, as far as specs use it. */
import type { Observable, ObservableSource, Observer } from '../../lib/observable/index.ts';

type Subscribe<T> = (subscriber: Subscriber<T>) => void;
type Given = { readonly signal?: AbortSignal };

const scope = globalThis as { Observable?: unknown };

/** For each spec of this suite there is one: the browser's, or this. */
export function withObservable(): void {
  const before = scope.Observable;
  beforeEach(() => void (scope.Observable ??= StandIn));
  afterEach(() => (before === undefined ? delete scope.Observable : undefined));
}

/** While `act` runs there is none. */
export async function withoutObservable(act: () => Promise<void> | void): Promise<void> {
  const before = scope.Observable;
  delete scope.Observable;
  try {
    await act();
  } finally {
    if (before !== undefined) scope.Observable = before;
  }
}

class Subscriber<T> {
  readonly observers = new Set<Observer<T>>();
  readonly #controller = new AbortController();
  readonly #teardowns: (() => void)[] = [];
  active = true;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  next(value: T): void {
    if (this.active) for (const observer of [...this.observers]) observer.next?.(value);
  }

  error(error: unknown): void {
    if (!this.active) return reportError(error);
    const observers = this.close();
    for (const observer of observers)
      if (observer.error === undefined) reportError(error);
      else observer.error(error);
  }

  complete(): void {
    if (this.active) for (const observer of this.close()) observer.complete?.();
  }

  addTeardown(teardown: () => void): void {
    if (this.active) this.#teardowns.push(teardown);
    else teardown();
  }

  close(): Observer<T>[] {
    this.active = false;
    this.#controller.abort();
    for (const teardown of this.#teardowns.splice(0).toReversed()) teardown();
    return [...this.observers];
  }
}

class StandIn<T> implements Pick<Observable<T>, 'subscribe' | 'take' | 'toArray'> {
  readonly #subscribe: Subscribe<T>;
  #running: Subscriber<T> | undefined;

  constructor(subscribe: Subscribe<T>) {
    this.#subscribe = subscribe;
  }

  static from<T>(source: ObservableSource<T> | StandIn<T>): StandIn<T> {
    if (source instanceof StandIn) return source;
    if (Symbol.asyncIterator in source || 'then' in source)
      return new StandIn((subscriber) => {
        const all = async (): Promise<void> => {
          if ('then' in source) return subscriber.next(await source);
          for await (const value of source as AsyncIterable<T>) {
            if (!subscriber.active) return;
            subscriber.next(value);
          }
        };
        all().then(
          () => subscriber.complete(),
          (error: unknown) => subscriber.error(error),
        );
      });
    if (!(Symbol.iterator in source)) throw new TypeError('Cannot convert value to an Observable');
    return new StandIn((subscriber) => {
      for (const value of source) {
        if (!subscriber.active) return;
        subscriber.next(value);
      }
      subscriber.complete();
    });
  }

  subscribe(given: Observer<T> | ((value: T) => void) = {}, { signal }: Given = {}): void {
    if (signal?.aborted === true) return;
    const observer = typeof given === 'function' ? { next: given } : given;
    const running = this.#running?.active === true ? this.#running : undefined;
    const subscriber = running ?? new Subscriber<T>();
    subscriber.observers.add(observer);
    signal?.addEventListener('abort', () => {
      subscriber.observers.delete(observer);
      if (subscriber.observers.size === 0 && subscriber.active) subscriber.close();
    });
    if (running !== undefined) return;
    this.#running = subscriber;
    try {
      this.#subscribe(subscriber);
    } catch (error) {
      subscriber.error(error);
    }
  }

  take(amount: number): never {
    return new StandIn<T>((subscriber) => {
      let left = amount;
      const observer: Observer<T> = {
        next(value) {
          subscriber.next(value);
          if (--left === 0) subscriber.complete();
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      };
      this.subscribe(observer, { signal: subscriber.signal });
    }) as never;
  }

  toArray(): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const values: T[] = [];
      this.subscribe({ next: (value) => void values.push(value), error: reject, complete: () => resolve(values) });
    });
  }
}

/** Node has none. */
function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
