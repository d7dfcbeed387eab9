/** The options of an iterator over results, and what it is given to read. */
import { type ResolvedOptions, checkFn, resolveOptions, show } from '../api/options.ts';

export interface ResolvedIterableOptions extends ResolvedOptions {
  readonly ordered: boolean;
}

/**
 * Checks all arguments but `workers`, which `inline` tells of.
 *
 * @throws TypeError, RangeError
 */
export function resolveIterable(
  caller: string,
  source: unknown,
  fn: unknown,
  options: unknown,
  inline: boolean,
): ResolvedIterableOptions {
  const found = source as (Partial<AsyncIterable<unknown> & Iterable<unknown>> & Record<string, unknown>) | null;
  const readable = [found?.['getReader'], found?.[Symbol.asyncIterator], found?.[Symbol.iterator]];
  if (readable.every((method) => typeof method !== 'function')) {
    const pushes = typeof found?.['subscribe'] === 'function';
    throw new TypeError(
      `${caller}: source must be an Iterable, an AsyncIterable or a ReadableStream, got ${show(source)}${pushes ? `: what pushes its values is for ${caller.replace('Iterable', '')}` : ''}`,
    );
  }
  checkFn(caller, fn);
  const { ordered = true, maxPending, overflow } = (options ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof ordered !== 'boolean')
    throw new TypeError(`${caller}: ordered must be true or false, got ${show(ordered)}`);
  if (maxPending !== undefined || overflow !== undefined)
    throw new TypeError(
      `${caller}: maxPending and overflow are for sources that push; here window bounds what is read`,
    );
  const resolved = resolveOptions(caller, options, inline, ['ordered']);
  return ordered ? { ...resolved, ordered } : { ...resolved, errorTiming: 'in-order', ordered };
}
