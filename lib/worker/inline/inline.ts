/** The worker of an inline function: it waits for the message with the function and its context. */
import { listen } from '#port';
import { CloneError, ClosureError } from '../../api/workerErrors.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { INLINE, FUNCTION, type FunctionMessage } from '../../protocol/messages.ts';
import { explain } from './missingNames.ts';
import type { TaskContext } from '../../api/types/taskContext.ts';
import { taskContext } from '../../protocol/taskContext.ts';
import { expose } from '../expose.ts';

type Inline = (value: unknown, index: number, context: unknown, task: TaskContext) => unknown;
/** Compiled with a `__name` that does nothing: compilers insert calls of it. */
export type Compiled = (__name: <T>(fn: T) => T) => Inline;
export type CompiledSetup = (__name: <T>(fn: T) => T) => Setup;

/** The stream's `setup`; its result is the third argument of a task, in place of the context. */
type Setup = (context: unknown) => unknown;

export function serveInline(
  compile: (source: string | undefined) => Compiled,
  compileSetup: (source: string | undefined) => CompiledSetup | undefined,
): void {
  let exposed = false;
  const unread = (): void => {
    if (!exposed) throw new CloneError('context cannot be read in the worker (nested too deep for its stack?)');
  };
  listen((data) => {
    const message = data as FunctionMessage | null | undefined;
    if (message?.type !== FUNCTION || exposed) return;
    exposed = true;
    const { context, problem, source } = message;
    let state = context;
    const fn = problem === undefined ? compiled(compile, source) : refused(problem);
    const text = String(fn);
    const explained =
      generators[(fn as unknown as Record<symbol, string>)[Symbol.toStringTag]!] ?? ((result) => result);
    const setup = problem === undefined ? compiledSetup(compileSetup, message.setup) : undefined;
    const api = {
      [INLINE](value: unknown): unknown {
        try {
          const task = taskContext();
          const result = fn(value, task.index, state, task);
          if (result instanceof Promise) return result.catch((error: unknown) => explain(error, text));
          return explained(result, text);
        } catch (error) {
          return explain(error, text);
        }
      },
    };
    expose(api, setup === undefined ? {} : { setup: async () => void (state = await setup(context)) });
  }, unread);
}

/** The missing names of a generator show only when its values are read. */
const generators: Readonly<Record<string, (result: any, text: string) => unknown>> = {
  *GeneratorFunction(values: Generator, text): Generator {
    try {
      yield* values;
    } catch (error) {
      explain(error, text);
    }
  },
  async *AsyncGeneratorFunction(values: AsyncGenerator, text): AsyncGenerator {
    try {
      yield* values;
    } catch (error) {
      explain(error, text);
    }
  },
};

function compiledSetup(
  compile: (source: string | undefined) => CompiledSetup | undefined,
  source: string | undefined,
): Setup | undefined {
  let setup: Setup | undefined;
  let text = '';
  try {
    setup = compile(source)?.((each) => each);
    text = String(setup);
  } catch (cause) {
    setup = refused(`The text of setup is nothing that a worker can compile: ${messageOf(cause)}`, { cause });
  }
  if (setup === undefined) return undefined;
  const run = setup;
  return async (context) => {
    try {
      return await run(context);
    } catch (error) {
      return explain(error, text);
    }
  };
}

function compiled(compile: (source: string | undefined) => Compiled, source: string | undefined): Inline {
  try {
    return compile(source)((each) => each);
  } catch (cause) {
    return refused(`The text of the function is nothing that a worker can compile: ${messageOf(cause)}`, { cause });
  }
}

const refused =
  (problem: string, options?: ErrorOptions): (() => never) =>
  () => {
    throw new ClosureError(problem, options);
  };
