/** The outcomes of tasks, decoded from the result of their job, whoever has written that. */
import { CloneError, WorkerCrashedError, forgiveProgram } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { read, readThrown } from '../shared/codec.ts';
import { type JobResult, type TaskStatus, isResult, requestOrResult } from '../shared/message.ts';

/**
 * How many times as large as this pool's `maxPayload`, which is for arguments, a value may be: each machine has its own limit for
 * results, and this one is for values that no machine has written.
 */
const LARGEST = 16;

/** The result in the data of a job; undefined where no machine of ours has ended it. */
export function resultIn(data: string | null): JobResult | undefined {
  try {
    const found = requestOrResult(JSON.parse(data ?? 'null'));
    return isResult(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The outcome of a task. One that cannot be decoded is a failure of that task alone. */
export function outcomeOf(
  { fates, values }: JobResult,
  at: number,
  { method }: Task,
  maxPayload: number,
  callSite: Error | undefined,
): { status: TaskStatus; outcome?: unknown } {
  const status = fates[at] ?? 'unrun';
  if (status === 'unrun') return { status };
  const text = values[at]!;
  try {
    if (status === 'value') return { status, outcome: read(text, LARGEST * maxPayload) };
    const outcome = readThrown(text, LARGEST * maxPayload, callSite);
    // A machine of another version may have made the error.
    forgiveProgram(outcome);
    if (status === 'error' || outcome instanceof Error) return { status, outcome };
    return { status, outcome: new WorkerCrashedError('The worker ended') };
  } catch (cause) {
    const what = status === 'value' ? `The result of ${method}()` : `What ${method}() threw`;
    return { status: 'error', outcome: new CloneError(`${what} came unreadable: ${messageOf(cause)}`) };
  }
}

/** The error for which the machine can run nothing; undefined where it could. */
export function unableOf({ unable }: JobResult, maxPayload: number): Error | undefined {
  if (unable === null) return undefined;
  try {
    const found = readThrown(unable, LARGEST * maxPayload);
    if (found instanceof Error) return found;
  } catch {
    // Not readable: the machine can run nothing all the same.
  }
  return new WorkerCrashedError('A machine cannot run anything');
}
