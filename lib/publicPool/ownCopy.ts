import { CloneError } from '../api/workerErrors.ts';

/** A copy of `value` as it is now, for a worker. @throws CloneError: it cannot be cloned; `what` is what the error calls it. */
export function ownCopy<T>(what: string, value: T): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw new CloneError(`${what} cannot cross to a worker: ${(cause as Error).message}`, { cause });
  }
}
