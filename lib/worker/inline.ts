/** Runs an inline function in a worker: it has been told the function, and waits for its context. */
import { listen } from '#port';
import { CloneError } from '../errors.ts';
import { INLINE, SETUP, type SetupMessage } from '../wire.ts';
import { explain, guard, guardArguments } from './closure.ts';
import { taskContext } from './context.ts';
import { expose } from './expose.ts';

/** Compiled with what compilers put into functions and which does no harm if it does nothing. */
export type Compiled = (
  __name: <T>(fn: T) => T,
  guardArguments: (all: object) => void,
) => (value: unknown, index: number, context: unknown) => unknown;

export function serveInline(compile: (source: string | undefined) => Compiled): void {
  let exposed = false;
  const unread = (): void => {
    if (!exposed) throw new CloneError('context cannot be read in the worker (nested too deep for its stack?)');
  };
  listen((data) => {
    const message = data as SetupMessage | null | undefined;
    if (message?.type !== SETUP || exposed) return;
    exposed = true;
    const around = guard('"this" (or "super") of the object around it');
    const fn = compile(message.source).call(around, (each) => each, guardArguments);
    const text = String(fn);
    // A receiver shows in stacks (`Proxy.fn`): only where one is used.
    const self = /\bthis\b/.test(text) ? around : undefined;
    const { context } = message;
    expose({
      [INLINE](value: unknown): unknown {
        try {
          const result = fn.call(self, value, taskContext().index, context);
          return result instanceof Promise ? result.catch((error: unknown) => explain(error, text)) : result;
        } catch (error) {
          return explain(error, text);
        }
      },
    });
  }, unread);
}
