/** What a function of the main thread may say about a worker: which call to make there. Types only. */

declare const result: unique symbol;

/**
 * A call to make in a worker, described and not yet made: what `worker.count(9)` is inside `fn`.
 * It is not a promise. `fn` returns it, and the pool makes the call when a worker has room.
 */
export interface Call<out R> {
  readonly [result]: R;
}

/** A value that is moved to the other side instead of copied; made by the function `Transfer`. */
export interface Transfer<T> {
  readonly send: T;
}

// biome-ignore: `any` is what lets every method of an Api match.
type Method = (...args: any[]) => unknown;

type Arguments<A extends unknown[]> = { [K in keyof A]: A[K] | Transfer<A[K]> };

/** What a method gives back once it has crossed: awaited, and out of its `Transfer`. */
export type Result<R> = Awaited<R> extends Transfer<infer T> ? T : Awaited<R>;

/** A worker as `fn` sees it: the methods it exposes, each returning the description of a call. */
export type Remote<Api> = {
  readonly [K in keyof Api as Api[K] extends Method ? K : never]: Api[K] extends (...args: infer A) => infer R
    ? (...args: Arguments<A>) => Call<Result<R>>
    : never;
};
