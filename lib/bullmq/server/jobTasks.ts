/** The tasks of a job, decoded from its request. */
import { CloneError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { read, sizeOf } from '../shared/codec.ts';
import type { JobRequest } from '../shared/message.ts';

/** A call with more arguments than a stack holds would end the process that makes it. */
const MOST_ARGUMENTS = 10_000;

/** Tasks, and those that could not be decoded, each with its error. */
export interface DecodedTasks {
  readonly tasks: Task[];
  readonly failures: readonly (readonly [Task, unknown])[];
}

/** Decodes the tasks before the one with the number `before`. */
export function decodeTasks(request: JobRequest, maxPayload: number, before: number): DecodedTasks {
  const { args, carried, indices, keyed, methods } = request;
  const tasks: Task[] = [];
  const failures: [Task, unknown][] = [];
  for (const [seq, method] of methods.entries()) {
    if (seq >= before) break;
    const task: Omit<Task, 'args'> = {
      index: indices[seq]!,
      seq,
      input: undefined,
      method,
      transfer: undefined,
      crashes: 0,
    };
    if (keyed === true) task.key = undefined;
    try {
      const own = carried === undefined ? undefined : read(carried[seq]!, maxPayload);
      tasks.push({ ...task, args: argumentsOf(method, args[seq]!, maxPayload), carried: own });
    } catch (error) {
      failures.push([{ ...task, args: [] }, error]);
    }
  }
  return { tasks, failures };
}

function argumentsOf(method: string, text: string, maxPayload: number): readonly unknown[] {
  const what = `The arguments of ${method}()`;
  const bytes = sizeOf(text);
  if (bytes > maxPayload)
    throw new CloneError(`${what} have ${bytes} bytes as text, more than the machine's maxPayload (${maxPayload})`);
  let found: unknown;
  try {
    found = read(text, maxPayload);
  } catch (cause) {
    throw new CloneError(`${what} came unreadable: ${messageOf(cause)}`);
  }
  if (!Array.isArray(found)) throw new CloneError(`${what} came as no array`);
  if (found.length > MOST_ARGUMENTS)
    throw new CloneError(`${what} came as an array of ${found.length}, more than ${MOST_ARGUMENTS}`);
  return found;
}
