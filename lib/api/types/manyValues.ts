/** Tasks that give many values: their results, and the options of their operators. Types only. */
import type { IterableOptionsWithPool, OptionsWithPool, ParallelIterableOptions, ParallelOptions } from './options.ts';
import type { Arguments, Call, Method, Sent } from './remote.ts';

/** An Observable of RxJS, of the platform, or of threads.js. */
interface ObservableLike {
  subscribe(...args: any[]): unknown;
}

/** The type of the values that an observer, or a function, receives; of overloads the compiler infers the last. */
type Pushed<Observer> = Observer extends (value: infer T) => void
  ? T
  : Observer extends { next?: infer Next }
    ? NonNullable<Next> extends (value: infer T) => void
      ? T
      : never
    : never;

/** The type of the values in what a task returns. */
export type Values<S> =
  S extends AsyncIterable<infer T>
    ? T
    : S extends Iterable<infer T>
      ? T
      : S extends { getReader(): { read(): Promise<infer Read> } }
        ? Read extends { done: false; value: infer T }
          ? T
          : never
        : S extends { subscribe(...args: infer Given): unknown }
          ? Pushed<Given[0]>
          : never;

/** What a task may return. */
export type ManyValues = AsyncIterable<unknown> | Iterable<unknown> | ObservableLike | { getReader(): unknown };

/** A worker as `fn` sees it: methods that give many values, each returning the description of a call with the type of one value. */
export type RemoteValues<Api> = {
  readonly [K in keyof Api as Api[K] extends Method ? K : never]: Api[K] extends (...args: infer A) => infer R
    ? GivesOne<R> extends true
      ? { readonly 'the method has one result: use parallelMap, or make it a generator': never }
      : (...args: Arguments<A>) => Call<Sent<Values<Awaited<R>>>>
    : never;
};

/** Whether `R` is one value; false also where the compiler does not know `R`. */
type GivesOne<R> =
  unknown extends Awaited<R> ? false : [Extract<Awaited<R>, ManyValues>] extends [never] ? true : false;

/** The options that only tasks with one result have. */
type NotFlat = 'batch' | 'key' | 'sticky';

interface Buffered {
  /**
   * Most values of one task that are not emitted yet: an integer, at least 1. A task that has given so many is not asked for its
   * next value before some are emitted. Default: 64.
   */
  readonly buffer?: number | undefined;
}

/** Options of `parallelConcatMap` and `parallelMergeMap` with a pool. */
export interface FlatOptionsWithPool<Mode = 'throw' | 'settle' | 'skip'>
  extends Omit<OptionsWithPool<Mode>, NotFlat>, Buffered {}

/** Options of `parallelConcatMap` and `parallelMergeMap`: those of `parallelMap` without `batch` and `key`, and `buffer`. */
export interface ParallelFlatOptions<T = any, Context = unknown, Mode = 'throw' | 'settle' | 'skip', State = unknown>
  extends Omit<ParallelOptions<T, Context, Mode, State>, NotFlat>, Buffered {}

/** Options of `parallelFlatMapIterable` with a pool. */
export interface FlatIterableOptionsWithPool<Mode = 'throw' | 'settle' | 'skip'>
  extends Omit<IterableOptionsWithPool<Mode>, NotFlat>, Buffered {}

/** Options of `parallelFlatMapIterable`: those of `parallelMapIterable` without `batch` and `key`, and `buffer`. */
export interface ParallelFlatIterableOptions<
  T = any,
  Context = unknown,
  Mode = 'throw' | 'settle' | 'skip',
  State = unknown,
>
  extends Omit<ParallelIterableOptions<T, Context, Mode, State>, NotFlat>, Buffered {}
