/** The option `carry` of pools. */
import { callable } from '../api/options.ts';
import { CloneError } from '../api/workerErrors.ts';

/** What goes with each task of a pool besides its arguments. */
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
  const read = callable(what, carry);
  if (read === undefined) return undefined;
  return () => {
    try {
      return structuredClone(read());
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause;
      throw new CloneError(`What ${what} returned cannot cross to a worker: ${cause.message}`, { cause });
    }
  };
}
