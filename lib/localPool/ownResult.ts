/** What arrives of what a method gives. */
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

/** A copy of a result, or what it moves. @throws why it cannot be copied */
export function ownResult(result: unknown): unknown {
  const moves = typeof result === 'object' && isTransfer(result);
  return moves ? move(result.send, result.transferables).value : snapshot(result);
}
