/**
 * The types of the platform's Observable, as specified (https://wicg.github.io/observable), as far as they are used or returned:
 * `lib.dom` has none.
 */
import type { AbortSignalLike } from '../api/types/signal.ts';

/** An observer of an `Observable`; all methods are optional. */
export interface Observer<T> {
  /** Called with each value. */
  next?(value: T): void;
  /** Called with the error that ends the Observable. */
  error?(error: unknown): void;
  /** Called when the Observable completes. */
  complete?(): void;
}

/** The sources that `Observable.from` accepts. */
export type ObservableSource<T> = Pick<Observable<T>, 'subscribe'> | AsyncIterable<T> | Iterable<T> | PromiseLike<T>;

type Options = { readonly signal?: AbortSignalLike | undefined };

/** An Observable of the platform. Those who subscribe while it runs share one run. */
export interface Observable<T> {
  /** Starts a run, or joins the present one; `signal` ends the subscription. */
  subscribe(observer?: Observer<T> | ((value: T) => void), options?: Options): void;
  /** Ends with the first value of `notifier`. */
  takeUntil(notifier: ObservableSource<unknown>): Observable<T>;
  /** The results of `mapper` for each value. */
  map<R>(mapper: (value: T, index: number) => R): Observable<R>;
  /** The values for which `predicate` is true. */
  filter(predicate: (value: T, index: number) => boolean): Observable<T>;
  /** The first `amount` values. */
  take(amount: number): Observable<T>;
  /** All but the first `amount` values. */
  drop(amount: number): Observable<T>;
  /** All values of the sources that `mapper` returns, one source after another. */
  flatMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  /** The values of the source that `mapper` returned last. */
  switchMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  /** Continues after an error with the source that `callback` returns. */
  catch<R>(callback: (error: unknown) => ObservableSource<R>): Observable<T | R>;
  /** Calls `callback` when the run ends. */
  finally(callback: () => void): Observable<T>;
  /** All values. */
  toArray(options?: Options): Promise<T[]>;
  /** Calls `callback` for each value. */
  forEach(callback: (value: T, index: number) => void, options?: Options): Promise<void>;
  /** Whether `predicate` is true for all values. */
  every(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  /** Whether `predicate` is true for at least one value. */
  some(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  /** The first value for which `predicate` is true. */
  find(predicate: (value: T, index: number) => boolean, options?: Options): Promise<T | undefined>;
  /** The first value. */
  first(options?: Options): Promise<T>;
  /** The last value. */
  last(options?: Options): Promise<T>;
  /** All values combined by `reducer`. */
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

/** The platform's Observable; `wanted`: what needs it. @throws TypeError: the platform has none. */
export function platformObservable(wanted: string): ObservableConstructor {
  const { Observable } = globalThis as { Observable?: ObservableConstructor };
  if (typeof Observable !== 'function')
    throw new TypeError(
      `${wanted} of rxjs-parallel/observable needs the platform's Observable, which is not here: Chromium has it. With RxJS use rxjs-parallel; parallelMapIterable needs neither`,
    );
  return Observable;
}
