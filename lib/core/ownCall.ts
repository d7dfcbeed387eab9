/** A call with a copy of its arguments, as they are when it is described. */
import { CloneError } from '../errors.ts';
import type { Description } from '../pool.ts';
import { isPrimitive, snapshot, take, toMove } from '../snapshot.ts';
import { messageOf } from '../thrown.ts';

/**
 * The same call with arguments that nothing else holds: what is marked by `Transfer` is moved out of the caller's hands, the
 * rest is copied. It can wait for a worker, and be sent again, whatever becomes of the originals. `failed` is told where not.
 *
 * @throws CloneError: something cannot be cloned, or moved.
 */
export function ownCall(call: Description, failed: () => void): Description {
  const { method, args, transfer } = call;
  try {
    if (args.every(isPrimitive) && transfer === undefined) return call;
    const moving = transfer === undefined ? undefined : toMove(args, transfer);
    if (moving !== undefined && moving.transfer.length > 0) {
      const own = take(moving);
      return { method, args: own.value as readonly unknown[], transfer: own.transfer };
    }
    return { method, args: args.length === 1 ? [snapshot(args[0])] : snapshot(args), transfer: undefined };
  } catch (cause) {
    failed();
    const why = messageOf(cause);
    const shared = 'a buffer that others go on using, as the pool of Buffer, cannot be moved: copy it first';
    throw argumentsError(method, transfer === undefined ? why : `${why} (${shared})`, { cause });
  }
}

export function argumentsError(method: string, why: string, options?: ErrorOptions): CloneError {
  return new CloneError(`The arguments of ${method}() cannot cross to a worker: ${why}`, options);
}
