/** The descriptions of calls that a function on the main thread returns. Types only. */

import type { Cloned } from './cloned.ts';

/**
 * The description of a call to make in a worker: the value of `worker.count(9)` inside `fn`. It is not a promise: `fn` returns it,
 * and the pool makes the call when a worker has room.
 */
export interface Call<out R> {
  /** Does not exist: its name is what the compiler says where something else is returned. */
  readonly 'fn must return a call of the worker, as in (worker, value) => worker.method(value), and must not be async': R;
}

/** The result of a call, or of each call of a union. */
export type ResultOf<C> = C extends Call<infer R> ? R : never;

/** A value to be moved to the other side instead of copied, as the function `Transfer` returns it. */
export interface Transfer<T> {
  readonly send: T;
  readonly transferables: readonly object[];
}

// biome-ignore: `any` is what lets every method of an Api match.
export type Method = (...args: any[]) => unknown;

/** Values that cannot be moved: without a `Transfer` of them editors show a shorter type of a call. */
type Primitive = string | number | bigint | boolean | symbol | null | undefined;

type Moved<T> = [T] extends [Primitive] ? never : Transfer<T>;

/** The arguments of a call: each as it is, or moved. */
export type Arguments<A extends unknown[]> = { [K in keyof A]: A[K] | Moved<A[K]> };

/** The result of a method after it has crossed: awaited, without its `Transfer`, and cloned. */
export type Result<R> = Sent<Awaited<R>>;

/** A value after it has crossed. */
export type Sent<R> = R extends Transfer<infer T> ? Cloned<T> : Cloned<R>;

/**
 * A worker as `fn` sees it: the methods that it exposes, each returning the description of a call with the type of the result as it
 * arrives (`Cloned`). The `Remote<unknown>` of a pool that was made without a type for what its workers expose has no methods:
 * name the type, `workerPool<PrimesApi>(…)`.
 */
export type Remote<Api> = {
  readonly [K in keyof Api as Api[K] extends Method ? K : never]: Api[K] extends (...args: infer A) => infer R
    ? (...args: Arguments<A>) => Call<Result<R>>
    : never;
};
