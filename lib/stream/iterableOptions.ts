/** The arguments of the operators that return an iterator, checked. */
import { checkFn, show, trueOrFalse } from '../api/checks.ts';
import { type ResolvedOptions, resolveOptions } from '../api/resolveOptions.ts';

/** The methods of which every readable source has one; `sourceOf` opens each kind. */
const WAYS_TO_READ: readonly PropertyKey[] = [
  'getReader',
  Symbol.asyncIterator,
  Symbol.iterator,
  'subscribe',
  (Symbol as { observable?: symbol }).observable!,
];

export interface ResolvedIterableOptions extends ResolvedOptions {
  readonly ordered: boolean;
}

/**
 * Checks all arguments but `workers`; `inline` says whether that is a number of workers.
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
  const found = source as Readonly<Record<PropertyKey, unknown>> | null | undefined;
  if (WAYS_TO_READ.every((name) => typeof found?.[name] !== 'function'))
    throw new TypeError(`${caller}: source must be iterable, a ReadableStream or an Observable, got ${show(source)}`);
  checkFn(caller, fn);
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const ordered = trueOrFalse(`${caller}: ordered`, given['ordered'], true);
  if (given['maxPending'] !== undefined || given['overflow'] !== undefined)
    throw new TypeError(
      `${caller}: maxPending and overflow are for sources that push; here window bounds what is read`,
    );
  const resolved = resolveOptions(caller, options, inline, ['ordered']);
  return ordered ? { ...resolved, ordered } : { ...resolved, errorTiming: 'in-order', ordered };
}
