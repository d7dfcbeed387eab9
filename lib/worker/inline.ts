/** Runs an inline function in a worker: it has been told the function, and waits for its context. */
import { listen } from '#port';
import { CloneError, ClosureError } from '../errors.ts';
import { INLINE, SETUP, type SetupMessage } from '../wire.ts';
import { taskContext } from './context.ts';
import { expose } from './expose.ts';

/** Compiled with what compilers put into functions and which does no harm if it does nothing. */
export type Compiled = (__name: <T>(fn: T) => T) => (value: unknown, index: number, context: unknown) => unknown;

export function serveInline(compile: (source: string | undefined) => Compiled): void {
  let exposed = false;
  const unread = (): void => {
    if (!exposed) throw new CloneError('context cannot be read in the worker (nested too deep for its stack?)');
  };
  listen((data) => {
    const message = data as SetupMessage | null | undefined;
    if (message?.type !== SETUP || exposed) return;
    exposed = true;
    const fn = compile(message.source)((each) => each);
    const text = String(fn);
    const { context } = message;
    expose({
      [INLINE](value: unknown): unknown {
        try {
          const result = fn(value, taskContext().index, context);
          return result instanceof Promise ? result.catch((error: unknown) => explain(error, text)) : result;
        } catch (error) {
          return explain(error, text);
        }
      },
    });
  }, unread);
}

/** A name that is not defined, and that the function's text uses freely, is one that it had around it at home. */
function explain(error: unknown, text: string): never {
  const name =
    error instanceof ReferenceError
      ? /^(?:Can't find variable: )?([\w$]+)(?: is not defined)?$/.exec(error.message)?.[1]
      : undefined;
  if (name === undefined || !new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text)) throw error;
  throw new ClosureError(
    `The function uses "${name}", which it does not have in a worker: it is sent there as text, without the variables around it. ` +
      `Give it as the option context ({ context: { ${name} } }, the third argument), import() it inside the function, or use workerPool with a worker module. A name that you did not write is a helper of your compiler (keepNames makes one)`,
    { cause: error },
  );
}
