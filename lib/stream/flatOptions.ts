/** The options of the operators whose tasks give many values. */
import { whole } from '../api/checks.ts';
import { type ResolvedOptions, resolveOptions } from '../api/resolveOptions.ts';

const BUFFER = 64;

/** @throws TypeError, RangeError */
export function resolveFlat(
  caller: string,
  options: unknown,
  inline: boolean,
  own: readonly string[] = [],
): ResolvedOptions {
  const resolved = resolveOptions(caller, options, inline, ['buffer', ...own]);
  const { batch, buffer, key } = (options ?? {}) as Readonly<Record<string, unknown>>;
  if (batch !== undefined)
    throw new TypeError(`${caller}: batch is for tasks with one result; one that gives many values travels alone`);
  if (key !== undefined)
    throw new TypeError(
      `${caller}: key is for tasks with one result; let one task give the values of a key in order, or use parallelMap`,
    );
  return { ...resolved, batch: 1, buffer: whole(`${caller}: buffer`, buffer, 1, BUFFER) };
}
