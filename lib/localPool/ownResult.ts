/** The results and reports of a method on the calling thread, copied as if they had crossed. */
import { isTransfer } from '../protocol/transferable.ts';
import { move, reportError, snapshot } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';

/** A copy of a report. @throws CloneError */
export function ownReport(value: unknown): unknown {
  try {
    return snapshot(value);
  } catch (cause) {
    throw reportError(messageOf(cause), { cause });
  }
}

/** A copy of a result, in which what `Transfer` marks is moved. @throws why it cannot be copied */
export function ownResult(result: unknown): unknown {
  const moves = typeof result === 'object' && isTransfer(result);
  return moves ? move(result.send, result.transferables).value : snapshot(result);
}
