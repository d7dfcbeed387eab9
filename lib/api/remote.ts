/** What a function of the main thread may say about a worker: which call to make there. Types only. */

import type { Cloned } from './cloned.ts';

/**
 * A call to make in a worker, described and not yet made: what `worker.count(9)` is inside `fn`.
 * It is not a promise. `fn` returns it, and the pool makes the call when a worker has room.
 */
export interface Call<out R> {
  /** Not there: what the compiler says where something else is returned. */
  readonly 'fn must return a call of the worker, as in (worker, value) => worker.method(value), and must not be async': R;
}

/** What a call, or one of several, gives. */
export type ResultOf<C> = C extends Call<infer R> ? R : never;

/** A value that is moved to the other side instead of copied; made by the function `Transfer`. */
export interface Transfer<T> {
  readonly send: T;
  readonly transferables: readonly object[];
}

// biome-ignore: `any` is what lets every method of an Api match.
export type Method = (...args: any[]) => unknown;

/** What cannot be moved; what editors show of a call is shorter without it. */
type Primitive = string | number | bigint | boolean | symbol | null | undefined;

type Moved<T> = [T] extends [Primitive] ? never : Transfer<T>;

/** The arguments of a call: as they are, or moved. */
export type Arguments<A extends unknown[]> = { [K in keyof A]: A[K] | Moved<A[K]> };

/** What a method gives back once it has crossed: awaited, out of its `Transfer`, and cloned. */
export type Result<R> = Sent<Awaited<R>>;

/** A value once it has crossed. */
export type Sent<R> = R extends Transfer<infer T> ? Cloned<T> : Cloned<R>;

/**
 * A worker as `fn` sees it: the methods it exposes, each returning the description of a call, whose
 * result is as it arrives (`Cloned`). `Remote<unknown>`, of a pool
 * made without the type of what its workers expose, has none: name it, `workerPool<PrimesApi>(…)`.
 */
export type Remote<Api> = {
  readonly [K in keyof Api as Api[K] extends Method ? K : never]: Api[K] extends (...args: infer A) => infer R
    ? (...args: Arguments<A>) => Call<Result<R>>
    : never;
};
