/** A call with its own copy of its arguments, made when the call is described. */
import { CloneError } from '../api/errors.ts';
import type { Description } from './contract.ts';
import { COPY_FIRST, isPrimitive, move, snapshot } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';

/**
 * The same call with arguments that nobody else can change: what `Transfer` marks is moved, the rest is copied. Such a call can
 * wait for a worker, and be sent again, whatever happens to the originals. `failed` is called before an error is thrown.
 *
 * @throws CloneError: something cannot be cloned, or moved.
 */
export function ownCall(call: Description, failed: () => void): Description {
  const { method, args, transfer } = call;
  let hint = '';
  try {
    if (transfer !== undefined) {
      hint = COPY_FIRST;
      const moved = move(args, transfer);
      const none = moved.transfer.length === 0;
      return { method, args: moved.value as readonly unknown[], transfer: none ? undefined : moved.transfer };
    }
    if (args.every(isPrimitive)) return call;
    return { method, args: args.length === 1 ? [snapshot(args[0])] : snapshot(args), transfer };
  } catch (cause) {
    failed();
    throw argumentsError(method, messageOf(cause) + hint, { cause });
  }
}

export function argumentsError(method: string, why: string, options?: ErrorOptions): CloneError {
  return new CloneError(`The arguments of ${method}() cannot cross to a worker: ${why}`, options);
}
