/** The option `carry` of pools. */
import { synchronous } from '../api/checks.ts';
import { ownCopy } from './ownCopy.ts';

/** What travels with each task of a pool besides its arguments. */
export interface CarryOptions {
  /**
   * Called for each task when its call is described, in the async context of whoever subscribed to its stream or made the
   * call; what it returns is copied, and is `taskContext().carried` in the task: a trace, a locale, a deadline of a request.
   * Default: nothing.
   */
  readonly carry?: (() => object | undefined) | undefined;
}

/** `carry` with a copy of what it returns. @throws TypeError */
export function carrying(what: string, carry: unknown): (() => unknown) | undefined {
  const read = synchronous(what, carry);
  if (read === undefined) return undefined;
  return () => ownCopy(`What ${what} returned`, read());
}
