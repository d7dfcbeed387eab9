import type { FlatEmitted, FlatFn, FlatReturned } from './api/types/flatSignature.ts';
import type {
  FlatIterableOptionsWithPool,
  ManyValues,
  ParallelFlatIterableOptions,
  Values,
} from './api/types/manyValues.ts';
import type { Sent } from './api/types/remote.ts';
import type { Fn, Options, Workers } from './api/types/signature.ts';
import { executorOf, isInline } from './executorOf.ts';
import { subscriptionSite } from './primitives/callSite.ts';
import { ConcatBuffer } from './stream/results/concatBuffer.ts';
import { resolveFlat } from './stream/flatOptions.ts';
import { resolveIterable } from './stream/iterableOptions.ts';
import { ResultIterator } from './stream/iterator.ts';
import { MergeBuffer } from './stream/results/mergeBuffer.ts';
import type { IterableSource } from './api/types/iterableSource.ts';
import { sourceOf } from './stream/input/openSource.ts';

const CALLER = 'parallelFlatMapIterable';

/**
 * Runs `fn` on every value of an iterable, several at once on other cores, and returns an iterator over all values that the first
 * task gives, then those of the second; with `ordered: false` over each value as it comes.
 *
 * While the consumer asks for nothing, each task pauses after `buffer` values. The source is read as with `parallelMapIterable`, and
 * tasks are those of `parallelConcatMap`.
 *
 * @param source an Iterable, AsyncIterable, Node stream, web ReadableStream or Observable.
 * @param fn as for `parallelConcatMap`.
 * @param workers as for `parallelConcatMap`.
 * @param options those of `parallelConcatMap`, without `maxPending` and `overflow`, and `ordered`, true by default.
 * @throws TypeError, RangeError: an argument or option is not what it must be.
 *
 * ```ts
 * import { parallelFlatMapIterable } from 'rxjs-parallel';
 *
 * function* multiples(n: number): Generator<number> {
 *   for (let each = n; ; each += n) yield each;
 * }
 * for await (const each of parallelFlatMapIterable([7], multiples, 1)) {
 *   console.log(each);
 *   if (each > 30) break;
 * }
 * ```
 */
export function parallelFlatMapIterable<
  T,
  R extends FlatReturned<W>,
  W extends Workers,
  const Context = undefined,
  Mode extends 'throw' | 'settle' | 'skip' = never,
  State = Context,
>(
  source: IterableSource<T>,
  fn: FlatFn<W, NoInfer<T>, NoInfer<T>, NoInfer<Awaited<State>>, R>,
  workers: W,
  options?: Options<
    W,
    ParallelFlatIterableOptions<NoInfer<T>, Context, Mode, State>,
    FlatIterableOptionsWithPool<Mode>
  >,
): AsyncIterableIterator<FlatEmitted<W, T, R, Mode>>;
/** As above, in as many workers as the machine has cores. */
export function parallelFlatMapIterable<T, R extends ManyValues | PromiseLike<ManyValues>>(
  source: IterableSource<T>,
  fn: Fn<undefined, NoInfer<T>, NoInfer<T>, undefined, R>,
): AsyncIterableIterator<Sent<Values<Awaited<R>>>>;
export function parallelFlatMapIterable(source: unknown, fn: unknown, workers?: unknown, options?: unknown): unknown {
  const inline = isInline(workers);
  const resolved = resolveFlat(CALLER, options, inline, ['ordered']);
  const { buffer: _, ...others } = { ...(options as { buffer?: unknown } | undefined) };
  const { ordered } = resolveIterable(CALLER, source, fn, others, inline);
  return new ResultIterator(
    sourceOf(source)!(),
    executorOf(CALLER, fn as never, workers, resolved),
    ordered ? resolved : { ...resolved, errorTiming: 'in-order' },
    ordered ? ConcatBuffer : MergeBuffer,
    subscriptionSite(parallelFlatMapIterable),
  );
}
