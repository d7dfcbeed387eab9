/** The outcomes of the tasks of a job, read from what its machine, or anybody else, has written into it. */
import { CloneError, WorkerCrashedError, forgiveProgram } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { read, readThrown } from '../shared/codec.ts';
import { type JobResult, isResult, requestOrResult } from '../shared/message.ts';

/**
 * A result may be so many times as large as `maxPayload` of the pool allows for arguments: each machine has its own limit,
 * and this one is for what no machine has written.
 */
const LARGEST = 16;

/** Undefined where it is none: no machine of ours has ended the job. */
export function reportIn(data: string | null): JobResult | undefined {
  try {
    const found = requestOrResult(JSON.parse(data ?? 'null'));
    return isResult(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A task's outcome. One that cannot be read is the failure of that task alone. */
export function outcomeOf(
  { fates, values }: JobResult,
  at: number,
  { method }: Task,
  maxPayload: number,
  callSite: Error | undefined,
): { fate: JobResult['fates'][number]; outcome?: unknown } {
  const fate = fates[at] ?? 'unrun';
  if (fate === 'unrun') return { fate };
  const text = values[at]!;
  try {
    if (fate === 'value') return { fate, outcome: read(text, LARGEST * maxPayload) };
    const outcome = readThrown(text, LARGEST * maxPayload, callSite);
    // Machines may be of several versions.
    forgiveProgram(outcome);
    if (fate === 'error' || outcome instanceof Error) return { fate, outcome };
    return { fate, outcome: new WorkerCrashedError('The worker ended') };
  } catch (cause) {
    const what = fate === 'value' ? `The result of ${method}()` : `What ${method}() threw`;
    return { fate: 'error', outcome: new CloneError(`${what} came unreadable: ${messageOf(cause)}`) };
  }
}

/** Why a machine can run nothing, if it says so. */
export function unableOf({ unable }: JobResult, maxPayload: number): Error | undefined {
  if (unable === null) return undefined;
  try {
    const found = readThrown(unable, LARGEST * maxPayload);
    if (found instanceof Error) return found;
  } catch {
    // Something is wrong with it in any case.
  }
  return new WorkerCrashedError('A machine cannot run anything');
}
