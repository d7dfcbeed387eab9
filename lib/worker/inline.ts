/** Runs an inline function in a worker: it has been told the function, and waits for its context. */
import { listen } from '#port';
import { CloneError, ClosureError } from '../api/workerErrors.ts';
import { messageOf } from '../protocol/thrown.ts';
import { INLINE, SETUP, type SetupMessage } from '../protocol/messages.ts';
import { explain } from './missingNames.ts';
import type { TaskContext } from '../api/taskContext.ts';
import { taskContext } from '../protocol/taskContext.ts';
import { expose } from './expose.ts';

type Inline = (value: unknown, index: number, context: unknown, task: TaskContext) => unknown;
/** Compiled with what compilers put into functions and which does no harm if it does nothing. */
export type Compiled = (__name: <T>(fn: T) => T) => Inline;

export function serveInline(compile: (source: string | undefined) => Compiled): void {
  let exposed = false;
  const unread = (): void => {
    if (!exposed) throw new CloneError('context cannot be read in the worker (nested too deep for its stack?)');
  };
  listen((data) => {
    const message = data as SetupMessage | null | undefined;
    if (message?.type !== SETUP || exposed) return;
    exposed = true;
    const { context, problem, source } = message;
    const fn = problem === undefined ? compiled(compile, source) : refused(problem);
    const text = String(fn);
    expose({
      [INLINE](value: unknown): unknown {
        try {
          const task = taskContext();
          const result = fn(value, task.index, context, task);
          return result instanceof Promise ? result.catch((error: unknown) => explain(error, text)) : result;
        } catch (error) {
          return explain(error, text);
        }
      },
    });
  }, unread);
}

function compiled(compile: (source: string | undefined) => Compiled, source: string | undefined): Inline {
  try {
    return compile(source)((each) => each);
  } catch (cause) {
    return refused(`The text of the function is nothing that a worker can compile: ${messageOf(cause)}`, { cause });
  }
}

const refused =
  (problem: string, options?: ErrorOptions): Inline =>
  () => {
    throw new ClosureError(problem, options);
  };
