import type { IterableOptionsWithPool, ParallelIterableOptions } from './api/options.ts';
import type { Emitted, Fn, Options, Returned, Workers } from './api/signature.ts';
import { executorOf, isInline } from './executorOf.ts';
import { subscriptionSite } from './primitives/callSite.ts';
import { resolveIterable } from './stream/iterableOptions.ts';
import { iterate } from './stream/iterate.ts';
import type { IterableSource } from './api/iterableSource.ts';

const CALLER = 'parallelMapIterable';

/**
 * Runs `fn` on every value of an iterable, several at once on other cores, and is itself iterated.
 *
 * The next value is read when a worker has room for it and the window lets it through; results that the consumer has
 * not taken count against the window. So memory depends on the window, not on the length of the source, and a slow
 * consumer slows the reading down. `from(parallelMapIterable(…))` is an Observable whose source is read at the pace of
 * the workers.
 *
 * Nothing is read, and no worker started, before the first `next`. An AsyncIterable is asked for its iterator at once, so
 * that the lines or events that come before are kept; an Iterable when it is read. `break`, `return` (also before the
 * first `next`) and an error close the source and cancel what is out; the consumer is told when the source has closed,
 * or, where that is in the middle of a read, after `terminateAfter` at the latest. An iterator that is neither read nor
 * returned leaves its source open.
 *
 * An Observable, of RxJS, of the platform or of others, is subscribed when it is first read. It cannot be slowed down: what it
 * pushes waits in memory, without limit.
 *
 * An object is read when the one before has been described to a worker, so that a generator may fill one row and yield it
 * again; what is no object, and what an array, a Set or a Map holds, may be read ahead.
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
