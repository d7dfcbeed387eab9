/** An iterator over the results for the values of a source. */
import { CompletionQueue } from './results/completionQueue.ts';
import type { ResolvedIterableOptions } from './iterableOptions.ts';
import { ResultIterator } from './iterator.ts';
import { sourceOf } from './input/openSource.ts';
import type { Executor } from './executor.ts';
import { ReorderBuffer } from './results/reorderBuffer.ts';

/** `source` and `options` must have passed `resolveIterable`; `callSite`: an error made where the iterator was. */
export function iterate(
  source: unknown,
  executor: Executor,
  options: ResolvedIterableOptions,
  callSite: Error,
): AsyncIterableIterator<unknown, undefined> {
  const open = sourceOf(source)!;
  return new ResultIterator(open(), executor, options, options.ordered ? ReorderBuffer : CompletionQueue, callSite);
}
