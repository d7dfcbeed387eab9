import type { IterableOptionsWithPool, ParallelIterableOptions } from './api/types/options.ts';
import type { Emitted, Fn, Options, Returned, Workers } from './api/types/signature.ts';
import { executorOf, isInline } from './executorOf.ts';
import { subscriptionSite } from './primitives/callSite.ts';
import { resolveIterable } from './stream/iterableOptions.ts';
import { iterate } from './stream/iterate.ts';
import type { IterableSource } from './api/types/iterableSource.ts';

const CALLER = 'parallelMapIterable';

/**
 * Runs `fn` on every value of an iterable, several at once on other cores, and returns an iterator over the results.
 *
 * The next value is read when a worker has room for it and it fits in the window, in which results that the consumer does not have
 * yet also count. So memory depends on the window, not on the length of the source, and a slow consumer slows the reading down.
 * `from(parallelMapIterable(…))` is an Observable whose source is read at the pace of the workers.
 *
 * Nothing is read, and no worker started, before the first `next`. The iterator of an AsyncIterable is opened at once, so that
 * lines or events that come before are kept; that of an Iterable with the first read. `break`, `return` (also before the first
 * `next`) and an error close the source and cancel the tasks that are out; the consumer gets the end or the error when the source
 * has closed, or, if that is in the middle of a read, after `terminateAfter` at the latest. An iterator that is neither read nor
 * returned leaves its source open.
 *
 * An Observable, of RxJS, of the platform or of others, is subscribed to with the first read. It cannot be slowed down: the values
 * that it pushes wait in memory, without limit.
 *
 * If values are objects, the next one is read after the call for the previous one was described, so that a generator may refill one
 * object and yield it again; values that are no objects, and the elements of an array, a Set or a Map, may be read ahead.
 *
 * @param source an Iterable, AsyncIterable, Node stream, web ReadableStream or Observable.
 * @param fn as for `parallelMap`.
 * @param workers as for `parallelMap`.
 * @param options those of `parallelMap`, without `maxPending` and `overflow`, and `ordered`, true by default.
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * ```ts
 * import { parallelMapIterable } from 'rxjs-parallel';
 *
 * function* numbers(): Generator<number> {
 *   for (let n = 1; n <= 1_000_000; n++) yield n;
 * }
 * for await (const root of parallelMapIterable(numbers(), (n) => Math.sqrt(n), 4)) if (root > 999) console.log(root);
 * ```
 */
export function parallelMapIterable<
  T,
  R extends Returned<W>,
  W extends Workers,
  const Context = undefined,
  Mode extends 'throw' | 'settle' | 'skip' = never,
  State = Context,
>(
  source: IterableSource<T>,
  fn: Fn<W, NoInfer<T>, NoInfer<T>, NoInfer<Awaited<State>>, R>,
  workers: W,
  options?: Options<
    W,
    ParallelIterableOptions<NoInfer<T>, Context, Mode, State>,
    IterableOptionsWithPool<Mode, NoInfer<T>>
  >,
): AsyncIterableIterator<Emitted<W, T, R, Mode>>;
/** As above, in as many workers as the machine has cores. */
export function parallelMapIterable<T, R>(
  source: IterableSource<T>,
  fn: Fn<undefined, NoInfer<T>, NoInfer<T>, undefined, R>,
): AsyncIterableIterator<Awaited<R>>;
export function parallelMapIterable(source: unknown, fn: unknown, workers?: unknown, options?: unknown): unknown {
  const resolved = resolveIterable(CALLER, source, fn, options, isInline(workers));
  const executor = executorOf(CALLER, fn as never, workers, resolved);
  return iterate(source, executor, resolved, subscriptionSite(parallelMapIterable));
}
