/**
 * The errors of this library that are raised in workers, too. In a file of their own, so that a worker does not load the others:
 * bundlers keep every class with a static block.
 */

/** Defines the name of an error class. Assignment would fail where `Error.prototype` is frozen, as for all that inherits from it. */
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

/** More values were waiting than `maxPending` allows, or, from an Observable that a task returned, than `buffer` allows. */
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

/** An error of the program, not of one value: it errors a stream whatever its `onError` is. The mark is `code`, which crosses. */
export function programError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: PROGRAM });
}

/** Removes the mark: the error may be that of one machine which runs another version, and other machines may run the task. */
export function forgiveProgram(error: unknown): void {
  if (isProgramError(error)) Reflect.deleteProperty(error as object, 'code');
}

/** Whether `error` is an error of the program: `onError` must not hide it. */
export function isProgramError(error: unknown): boolean {
  return (
    error instanceof ClosureError || (error instanceof TypeError && (error as { code?: unknown }).code === PROGRAM)
  );
}
