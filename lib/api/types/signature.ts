/**
 * The parameters and results of the operators, by the kind of `workers`. Types only.
 *
 * One signature with conditional types for all kinds of `workers`, instead of an overload for each: where no overload fits, the
 * compiler reports all of them, and not which option is wrong. Only the call without `workers` is an overload.
 */
import type { EmittedOf } from './emitted.ts';
import type { BasicPool, ThreadsPool } from './pool.ts';
import type { Call, Remote, ResultOf } from './remote.ts';
import type { TaskContext } from './taskContext.ts';

/** The number of workers that run `fn` itself; default: the number of cores. */
type Inline = number | undefined;

type AnyPool = BasicPool<any> | ThreadsPool<any>;

/** What `workers` may be. */
export type Workers = Inline | AnyPool;

/** Selects by the kind of `W`. The compiler infers `Workers` itself for a wrong argument, where one error is enough. */
export type ByWorkers<W, WithNumber, WithPool, Otherwise> = [W] extends [Inline]
  ? WithNumber
  : [W] extends [AnyPool]
    ? WithPool
    : Otherwise;

export type ApiOf<W> = W extends BasicPool<infer Api> ? Api : W extends ThreadsPool<infer Thread> ? Thread : never;

/**
 * The type of `fn`, which itself runs in the workers, or returns the call to make there. The value has two type parameters, `V` and
 * `P`, since the compiler infers both from a parameter's type: the value is the first parameter of the one kind of `fn`, and the
 * second of the other.
 */
export type Fn<W, V, P, Context, R> = ByWorkers<
  W,
  (value: V, index: number, context: Context, task: TaskContext) => R,
  (worker: Remote<ApiOf<W>>, value: P, index: number) => R,
  [Workers] extends [W]
    ? (...args: any[]) => R
    : 'workers is a pool, or a number, or left out: here it may be a pool or not'
>;

/** What `fn` may return. */
export type Returned<W> = ByWorkers<W, unknown, Call<unknown>, unknown>;

/** The type of the source's values. */
export type Value<W, V, P> = ByWorkers<W, V, P, V>;

/** What is emitted: a result, or with `onError: 'settle'` an outcome. `Mode` is never where `onError` is omitted. */
export type Emitted<W, T, R, Mode extends 'throw' | 'settle' | 'skip'> = EmittedOf<
  T,
  ByWorkers<W, Awaited<R>, ResultOf<R>, unknown>,
  Mode
>;

/** The options; with a pool without those for inline functions. */
export type Options<W, WithNumber, WithPool> = ByWorkers<W, WithNumber, WithPool, WithPool>;
