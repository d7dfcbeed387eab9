/** An iterator over the results of what a source holds. */
import { CompletionQueue } from './results/completionQueue.ts';
import type { ResolvedIterableOptions } from './iterableOptions.ts';
import { ResultIterator } from './iterator.ts';
import { sourceOf } from './input/openSource.ts';
import type { Executor } from './executor.ts';
import { ReorderBuffer } from './results/reorderBuffer.ts';

/** `options` were checked with `source`; `callSite` is an error made where the iterator was. */
export function iterate(
  source: unknown,
  executor: Executor,
  options: ResolvedIterableOptions,
  callSite: Error,
): AsyncIterableIterator<unknown, undefined> {
  const open = sourceOf(source)!;
  return new ResultIterator(open(), executor, options, options.ordered ? ReorderBuffer : CompletionQueue, callSite);
}
