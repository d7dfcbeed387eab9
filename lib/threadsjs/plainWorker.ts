/** Calls a plain threads.js worker, which knows nothing of batches: one task, by threads.js's own proxy. */
import type { Task } from '../pool/contract.ts';
import { programError } from '../api/errors.ts';
import { plainError } from './plainError.ts';
import type { SpawnedThread } from './threads.ts';
import { Transfer } from '../api/transfer.ts';

/** What became of a call. */
export interface Outcome {
  readonly failed: boolean;
  /** The result, or what was thrown. */
  readonly value: unknown;
}

export async function callPlain(thread: SpawnedThread, task: Task, callSite: Error | undefined): Promise<Outcome> {
  try {
    const method = Object.hasOwn(thread, task.method) ? thread[task.method] : undefined;
    if (typeof method !== 'function') {
      const what =
        typeof thread === 'function' ? 'one function, not an object of them' : Object.keys(thread).join(', ');
      throw programError(`The worker exposes no method "${task.method}"; it exposes ${what}`);
    }
    const [first, ...rest] = task.args;
    const moved = task.transfer === undefined ? task.args : [Transfer(first, task.transfer as object[]), ...rest];
    return { failed: false, value: await method(...moved) };
  } catch (error) {
    return { failed: true, value: plainError(error, callSite) };
  }
}
