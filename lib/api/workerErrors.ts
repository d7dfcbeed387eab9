/**
 * Those of the errors of this library that a worker raises, too. Apart from the others, none of which a worker then loads:
 * no bundler leaves out a class with a static block.
 */

/** Not by assignment: where `Error.prototype` is frozen, that is refused to all that inherits from it. */
export function named({ prototype }: { readonly prototype: object }, name: string): void {
  Object.defineProperty(prototype, 'name', { value: name, writable: true, configurable: true, enumerable: true });
}

/** The base of every error that comes from rxjs-parallel itself: `error instanceof ParallelError`. */
export class ParallelError extends Error {
  static {
    named(this, 'ParallelError');
  }
}

/** An argument or a result cannot cross between threads (a function, a socket, a promise…). */
export class CloneError extends ParallelError {
  static {
    named(this, 'CloneError');
  }
}

/** More values were waiting than `maxPending` allows, or of an Observable that a task returned, than `buffer`. */
export class OverflowError extends ParallelError {
  static {
    named(this, 'OverflowError');
  }
}

/** An inline function used a variable that it does not have in the worker; the message says which. */
export class ClosureError extends ParallelError {
  static {
    named(this, 'ClosureError');
  }
}

const PROGRAM = 'ERR_RXJS_PARALLEL_PROGRAM';

/** An error of the program, not of a value: it ends a stream whatever its `onError` says. Its code crosses with it. */
export function programError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: PROGRAM });
}

/** It is an error of one machine, of another version than the program: others may run the task. */
export function forgiveProgram(error: unknown): void {
  if (isProgramError(error)) Reflect.deleteProperty(error as object, 'code');
}

/** Whether it is one: to leave it out with its value would be to hide it. */
export function isProgramError(error: unknown): boolean {
  return (
    error instanceof ClosureError || (error instanceof TypeError && (error as { code?: unknown }).code === PROGRAM)
  );
}
