/**
 * What the operators take and give, by what `workers` is. Types only.
 *
 * One signature of conditional types for every kind of `workers`, not an overload each: where none of several fits, the
 * compiler tells of all of them, and not which option is wrong. The one without `workers` it tells apart by itself.
 */
import type { EmittedOf } from './emitted.ts';
import type { BasicPool, ThreadsPool } from './pool.ts';
import type { Call, Remote, ResultOf } from './remote.ts';
import type { TaskContext } from './taskContext.ts';

/** A number of workers that run `fn` itself; left out, it is the number of cores. */
type Inline = number | undefined;

type AnyPool = BasicPool<any> | ThreadsPool<any>;

/** What `workers` may be. */
export type Workers = Inline | AnyPool;

/** By what `W` is. `Workers` itself is what the compiler takes for what it is not: one error is enough then. */
export type ByWorkers<W, WithNumber, WithPool, Otherwise> = [W] extends [Inline]
  ? WithNumber
  : [W] extends [AnyPool]
    ? WithPool
    : Otherwise;

export type ApiOf<W> = W extends BasicPool<infer Api> ? Api : W extends ThreadsPool<infer Thread> ? Thread : never;

/**
 * `fn`: runs itself in the workers, or says which call to make there. The value has a name for each, `V` and `P`: the
 * compiler infers from a parameter's type for both, and it is the first of the one, the second of the other.
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

/** The values of the source. */
export type Value<W, V, P> = ByWorkers<W, V, P, V>;

/** What is emitted: a result, or with `onError: 'settle'` what became of the task. `Mode` is never where it is left out. */
export type Emitted<W, T, R, Mode extends 'throw' | 'settle' | 'skip'> = EmittedOf<
  T,
  ByWorkers<W, Awaited<R>, ResultOf<R>, unknown>,
  Mode
>;

/** The options: with a pool those that are not about inline functions. */
export type Options<W, WithNumber, WithPool> = ByWorkers<W, WithNumber, WithPool, WithPool>;
