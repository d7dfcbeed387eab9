/** The errors of this library itself. An error that a task threw is never wrapped in one of them. */

import { ParallelError, named } from './workerErrors.ts';

export {
  CloneError,
  ClosureError,
  OverflowError,
  ParallelError,
  forgiveProgram,
  isProgramError,
  programError,
} from './workerErrors.ts';

/**
 * A task ran longer than its `timeout`. If it had asked for its signal, that has aborted; if not, its worker was terminated, and
 * is replaced on demand.
 */
export class TaskTimeoutError extends ParallelError {
  static {
    named(this, 'TaskTimeoutError');
  }
}

/** The worker died while it ran this task. `cause` is the uncaught error in the worker, where that was the reason. */
export class WorkerCrashedError extends ParallelError {
  static {
    named(this, 'WorkerCrashedError');
  }
  /** The worker's exit code where the host reports one (Node); otherwise undefined. */
  readonly exitCode: number | undefined;

  constructor(message: string, options?: { exitCode?: number | undefined; cause?: unknown }) {
    super(message, options !== undefined && 'cause' in options ? { cause: options.cause } : undefined);
    this.exitCode = options?.exitCode;
  }
}

/**
 * No worker of the pool could be started; `cause` is the last failure. A start that would fail the same way again (`expose` is not
 * called, the module is missing) is tried once, any other three times.
 */
export class WorkerInitError extends ParallelError {
  static {
    named(this, 'WorkerInitError');
  }
}

/** The pool was closed under a live stream, or used after it was closed. */
export class PoolClosedError extends ParallelError {
  static {
    named(this, 'PoolClosedError');
  }
}

/** The error of a pool that is closed; `name`: the name in its options. */
export function poolClosed(name?: string): PoolClosedError {
  return new PoolClosedError(name === undefined ? 'The pool is closed' : `The pool "${name}" is closed`);
}

/** More tasks of a stream have failed than `maxFailures` allows. Its `taskOf` is the task that was one too many. */
export class TooManyFailuresError extends ParallelError {
  static {
    named(this, 'TooManyFailuresError');
  }
  /** What the tasks threw, in the order of the results: the first 100, whatever `maxFailures` is. */
  readonly errors: readonly unknown[];

  constructor(message: string, errors: readonly unknown[]) {
    super(message);
    this.errors = errors;
  }
}

/** The task that raised an error. */
export interface TaskInfo {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /** The value itself. */
  readonly input: unknown;
}

const tasks = new WeakMap<object, TaskInfo>();

/** Remembers which task raised `error`; not possible for thrown primitives. */
export function rememberTask(error: unknown, task: TaskInfo): void {
  if ((typeof error === 'object' && error !== null) || typeof error === 'function')
    tasks.set(error, { index: task.index, input: task.input });
}

/**
 * The task that raised `error`: its index in the stream and its input. Undefined if `error` is not from a task, or is a primitive
 * (`throw 'text'`).
 *
 * ```ts
 * source.pipe(parallelMap(fn, 4)).subscribe({ error: (e) => console.error(taskOf(e)?.index, e) });
 * ```
 */
export function taskOf(error: unknown): TaskInfo | undefined {
  return typeof error === 'object' && error !== null ? tasks.get(error) : undefined;
}
