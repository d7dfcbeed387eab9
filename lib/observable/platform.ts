/**
 * The platform's Observable, as its specification has it (https://wicg.github.io/observable), as far as it is used or
 * returned: `lib.dom` has no types for it.
 */
import type { AbortSignalLike } from '../api/signal.ts';

/** What hears the values of an `Observable`; all may be left out. */
export interface Observer<T> {
  next?(value: T): void;
  error?(error: unknown): void;
  complete?(): void;
}

/** What `Observable.from` takes. */
export type ObservableSource<T> = Pick<Observable<T>, 'subscribe'> | AsyncIterable<T> | Iterable<T> | PromiseLike<T>;

type Options = { readonly signal?: AbortSignalLike | undefined };

/** An Observable of the platform. Those who subscribe while it runs share one run. */
export interface Observable<T> {
  subscribe(observer?: Observer<T> | ((value: T) => void), options?: Options): void;
  takeUntil(notifier: ObservableSource<unknown>): Observable<T>;
  map<R>(mapper: (value: T, index: number) => R): Observable<R>;
  filter(predicate: (value: T, index: number) => boolean): Observable<T>;
  take(amount: number): Observable<T>;
  drop(amount: number): Observable<T>;
  flatMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  switchMap<R>(mapper: (value: T, index: number) => ObservableSource<R>): Observable<R>;
  catch<R>(callback: (error: unknown) => ObservableSource<R>): Observable<T | R>;
  finally(callback: () => void): Observable<T>;
  toArray(options?: Options): Promise<T[]>;
  forEach(callback: (value: T, index: number) => void, options?: Options): Promise<void>;
  every(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  some(predicate: (value: T, index: number) => boolean, options?: Options): Promise<boolean>;
  find(predicate: (value: T, index: number) => boolean, options?: Options): Promise<T | undefined>;
  first(options?: Options): Promise<T>;
  last(options?: Options): Promise<T>;
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
