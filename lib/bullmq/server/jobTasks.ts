/** The tasks of a job, decoded from its request. */
import { CloneError, ParallelError } from '../../api/errors.ts';
import type { Task } from '../../pool/contract.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { read, sizeOf } from '../shared/codec.ts';
import type { JobRequest } from '../shared/message.ts';

/** A call with more arguments than a stack holds would end the process that makes it. */
const MOST_ARGUMENTS = 10_000;

/**
 * How many times `maxPayload` bytes the arguments of a job may have together as text, and may take again besides their text.
 * The `maxPayload` of a producer may be larger than the one of this machine: then only those tasks fail that exceed it.
 */
const LARGEST = 16;

/** Tasks, and those that could not be decoded, each with its error. */
export interface DecodedTasks {
  readonly tasks: Task[];
  readonly failures: readonly (readonly [Task, unknown])[];
}

/** @throws ParallelError: the arguments of the job are larger than those that a pool sends together */
export function checkSize({ args, carried = [] }: JobRequest, maxPayload: number): void {
  let bytes = 0;
  for (const text of args) bytes += sizeOf(text);
  for (const text of carried) bytes += sizeOf(text);
  if (bytes > LARGEST * maxPayload)
    throw new ParallelError(`Its arguments have ${bytes} bytes as text, more than ${LARGEST} times maxPayload`);
}

/** Decodes the tasks before the one with the number `before`. */
export function decodeTasks(request: JobRequest, maxPayload: number, before: number): DecodedTasks {
  const { args, carried, indices, keyed, methods } = request;
  let spare = LARGEST * maxPayload;
  const weigh = (bytes: number): void => {
    if (bytes > spare)
      throw new TypeError(`the job takes more than ${LARGEST} times maxPayload (${maxPayload}) in a worker`);
    spare -= bytes;
  };
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
      const own = carried === undefined ? undefined : read(carried[seq]!, maxPayload, weigh);
      tasks.push({ ...task, args: argumentsOf(method, args[seq]!, maxPayload, weigh), carried: own });
    } catch (error) {
      failures.push([{ ...task, args: [] }, error]);
    }
  }
  return { tasks, failures };
}

function argumentsOf(
  method: string,
  text: string,
  maxPayload: number,
  weigh: (bytes: number) => void,
): readonly unknown[] {
  const what = `The arguments of ${method}()`;
  const bytes = sizeOf(text);
  if (bytes > maxPayload)
    throw new CloneError(`${what} have ${bytes} bytes as text, more than the machine's maxPayload (${maxPayload})`);
  let found: unknown;
  try {
    found = read(text, maxPayload, weigh);
  } catch (cause) {
    throw new CloneError(`${what} came unreadable: ${messageOf(cause)}`);
  }
  if (!Array.isArray(found)) throw new CloneError(`${what} came as no array`);
  if (found.length > MOST_ARGUMENTS)
    throw new CloneError(`${what} came as an array of ${found.length}, more than ${MOST_ARGUMENTS}`);
  return found;
}
