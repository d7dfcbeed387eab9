/** What the operators whose tasks give many values take and give, by what `workers` is. Types only. */
import type { FlatEmittedOf } from './emitted.ts';
import type { ManyValues, RemoteValues, Values } from './manyValues.ts';
import type { Call, ResultOf, Sent } from './remote.ts';
import type { ApiOf, ByWorkers, Fn } from './signature.ts';

/** As `Fn`, of calls that give many values. */
export type FlatFn<W, V, P, Context, R> = ByWorkers<
  W,
  Fn<W, V, P, Context, R>,
  (worker: RemoteValues<ApiOf<W>>, value: P, index: number) => R,
  Fn<W, V, P, Context, R>
>;

/** What `fn` may return. */
export type FlatReturned<W> = ByWorkers<W, ManyValues | PromiseLike<ManyValues>, Call<unknown>, unknown>;

/** What is emitted: values, and with `onError: 'settle'` after those of a task that has failed its rejected entry. */
export type FlatEmitted<W, T, R, Mode extends 'throw' | 'settle' | 'skip'> = FlatEmittedOf<
  T,
  ByWorkers<W, Sent<Values<Awaited<R>>>, ResultOf<R>, unknown>,
  Mode
>;
