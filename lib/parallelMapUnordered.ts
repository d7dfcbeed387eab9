import { parallel } from './core/operator.ts';
import { Unordered } from './core/unordered.ts';
import { planOf, show } from './options.ts';
import type { ParallelOperator } from './parallelMap.ts';
import { crewOf, isInline } from './threads/hire.ts';

/**
 * Runs `fn` on every value, on several workers at once, and emits each result as soon as its task is complete.
 *
 * ```
 * source:  --a--b--c----|
 *          parallelMapUnordered(fn, 2)      // a takes 5 frames, b takes 1, c takes 4
 * result:  ------ba----c|
 * ```
 */
export const parallelMapUnordered: ParallelOperator = (fn: unknown, workers?: unknown, options?: unknown): never => {
  if (typeof fn !== 'function') throw new TypeError(`parallelMapUnordered: fn must be a function, got ${show(fn)}`);
  const plan = planOf('parallelMapUnordered', options, isInline(workers));
  return parallel(crewOf('parallelMapUnordered', fn as never, workers, plan), plan, Unordered) as never;
};
