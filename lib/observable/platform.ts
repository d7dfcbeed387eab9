/**
 * The platform's Observable, as its specification has it (https://wicg.github.io/observable), as far as it is used or
 * returned: `lib.dom` has no types for it.
 */
import type { AbortSignalLike } from '../api/signal.ts';

/** What hears the values of an `Observable`; all may be left out. */
export interface Observer<T> {
  /** Hears each value. */
  next?(value: T): void;
  /** Hears why it ended. */
  error?(error: unknown): void;
  /** Hears that it ended. */
  complete?(): void;
}

/** What `Observable.from` takes. */
export type ObservableSource<T> = Pick<Observable<T>, 'subscribe'> | AsyncIterable<T> | Iterable<T> | PromiseLike<T>;

type Options = { readonly signal?: AbortSignalLike | undefined };

/** An Observable of the platform. Those who subscribe while it runs share one run. */
export interface Observable<T> {
  /** Runs it, or joins the run; `signal` ends that. */
  subscribe(observer?: Observer<T> | ((value: T) => void), options?: Options): void;
  /** Ends with the first value of `notifier`. */
  takeUntil(notifier: ObservableSource<unknown>): Observable<T>;
  /** What `mapper` makes of each value. */
  map<R>(mapper: (value: T, index: number) => R): Observable<R>;
  /** Those for which `predicate` is true. */
  filter(predicate: (value: T, index: number) => boolean): Observable<T>;
  /** The first ones. */
  take(amount: number): Observable<T>;
  /** All but the first ones. */
  drop(amount: number): Observable<T>;
  /** All values of what `mapper` gives, one after another. */
  flatMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  /** The values of what `mapper` gave last. */
  switchMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  /** Goes on, after an error, with what `callback` gives. */
  catch<R>(callback: (error: unknown) => ObservableSource<R>): Observable<T | R>;
  /** Calls `callback` when it is over. */
  finally(callback: () => void): Observable<T>;
  /** All values. */
  toArray(options?: Options): Promise<T[]>;
  /** Calls `callback` for each value. */
  forEach(callback: (value: T, index: number) => void, options?: Options): Promise<void>;
  /** Whether `predicate` is true for all. */
  every(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  /** Whether `predicate` is true for one. */
  some(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  /** The first for which `predicate` is true. */
  find(predicate: (value: T, index: number) => boolean, options?: Options): Promise<T | undefined>;
  /** The first value. */
  first(options?: Options): Promise<T>;
  /** The last value. */
  last(options?: Options): Promise<T>;
  /** What `reducer` makes of all values. */
  reduce<A>(reducer: (accumulated: A, value: T, index: number) => A, initial: A, options?: Options): Promise<A>;
}

interface Subscriber<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
  addTeardown(teardown: () => void): void;
}

interface ObservableConstructor {
  new <T>(subscribe: (subscriber: Subscriber<T>) => void): Observable<T>;
  from<T>(source: ObservableSource<T>): Observable<T>;
}

/** @throws TypeError: it has none. `wanted`: what for. */
export function platformObservable(wanted: string): ObservableConstructor {
  const { Observable } = globalThis as { Observable?: ObservableConstructor };
  if (typeof Observable !== 'function')
    throw new TypeError(
      `${wanted} of rxjs-parallel/observable needs the platform's Observable, which is not here: Chromium has it. With RxJS use rxjs-parallel; parallelMapIterable needs neither`,
    );
  return Observable;
}
