/** The parameters and results of the operators whose tasks give many values, by the kind of `workers`. Types only. */
import type { FlatEmittedOf } from './emitted.ts';
import type { ManyValues, RemoteValues, Values } from './manyValues.ts';
import type { Call, ResultOf, Sent } from './remote.ts';
import type { ApiOf, ByWorkers, Fn } from './signature.ts';

/** As `Fn`, for calls that give many values. */
export type FlatFn<W, V, P, Context, R> = ByWorkers<
  W,
  Fn<W, V, P, Context, R>,
  (worker: RemoteValues<ApiOf<W>>, value: P, index: number) => R,
  Fn<W, V, P, Context, R>
>;

/** What `fn` may return. */
export type FlatReturned<W> = ByWorkers<W, ManyValues | PromiseLike<ManyValues>, Call<unknown>, unknown>;

/** What is emitted: values; with `onError: 'settle'` also a rejected entry after the values of each failed task. */
export type FlatEmitted<W, T, R, Mode extends 'throw' | 'settle' | 'skip'> = FlatEmittedOf<
  T,
  ByWorkers<W, Sent<Values<Awaited<R>>>, ResultOf<R>, unknown>,
  Mode
>;
