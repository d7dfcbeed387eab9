/** What a task may know of itself while it runs. */
import type { TaskSignal } from '../signal.ts';

/** The task that is running. */
export interface TaskContext {
  /** The number of the value in its stream, from 0. */
  readonly index: number;
  /** Aborts when the task is cancelled. Ask `signal.aborted` in a long loop, or hand it to what takes a signal. */
  readonly signal: TaskSignal;
}

/** A task that runs: its context is made only if it asks. */
export class RunningTask implements TaskContext {
  readonly index: number;
  readonly #cancelled: () => boolean;
  #controller: AbortController | undefined;

  constructor(index: number, cancelled: () => boolean) {
    this.index = index;
    this.#cancelled = cancelled;
  }

  get signal(): TaskSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    const { signal } = controller;
    const look = (): boolean => {
      if (!signalAborted.call(signal) && this.#cancelled()) controller.abort();
      return signalAborted.call(signal);
    };
    look();
    // A loop that computes hears no message: for it the signal looks itself.
    Object.defineProperty(signal, 'aborted', { get: look, configurable: true });
    Object.defineProperty(signal, 'throwIfAborted', {
      value: () => {
        if (look()) throw signal.reason;
      },
      configurable: true,
    });
    return signal;
  }

  /** Tells a task that waits for something. */
  abort(): void {
    this.#controller?.abort();
  }
}

const signalAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')!.get as (
  this: AbortSignal,
) => boolean;

/** The tasks that run here, the latest last: more than one only where local pools wait side by side. */
const running: (() => TaskContext)[] = [];

export function enterTask(task: () => TaskContext): void {
  running.push(task);
}

export function leaveTask(task: () => TaskContext): void {
  running.splice(running.lastIndexOf(task), 1);
}

/**
 * The task that is running: the index of its value, and a signal that aborts when it is cancelled.
 *
 * @throws Error outside a task.
 *
 * ```ts
 * expose({
 *   async download(url: string) {
 *     const { signal } = taskContext();
 *     return (await fetch(url, { signal })).text();
 *   },
 * });
 * ```
 */
export function taskContext(): TaskContext {
  const task = running.at(-1);
  if (task === undefined)
    throw new Error('taskContext() was called outside a task: call it inside a method that a worker exposes');
  return task();
}
