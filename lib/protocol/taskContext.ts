/** The context of running tasks: index, signal, reports, and what the pool's `carry` gave. */
import type { TaskSignal } from '../api/types/signal.ts';
import type { TaskContext } from '../api/types/taskContext.ts';
import { isTransfer } from './transferable.ts';

/** Why a running task has to stop. */
export type Stop = 'cancel' | 'timeout';

/** The context of one running task. The signal is created only if the task asks for it. */
export class RunningTask implements TaskContext {
  readonly index: number;
  readonly #stopped: () => Stop | undefined;
  readonly #asked: () => void;
  readonly report: (value: unknown) => void;
  readonly carried: unknown;
  #controller: AbortController | undefined;
  #restore: (() => void) | undefined;

  /** `stopped`: whether, and why, the task has to stop. `asked` is called when it asks for its signal, `reported` with its reports. */
  constructor(
    index: number,
    stopped: () => Stop | undefined,
    asked: () => void = () => {},
    reported: (task: RunningTask, value: unknown) => void = () => {},
    carried?: unknown,
  ) {
    this.carried = carried;
    this.index = index;
    this.#stopped = stopped;
    this.#asked = asked;
    // Never moved: reports are thinned, and what a dropped one had moved would be gone.
    this.report = (value) => reported(this, typeof value === 'object' && isTransfer(value) ? value.send : value);
  }

  get signal(): TaskSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#asked();
    const look = (): boolean => {
      const why = this.#stopped();
      if (why !== undefined) this.abort(why);
      return why !== undefined;
    };
    const throwIfAborted = (): void => {
      if (look()) throw signal.reason;
    };
    // A computing loop receives no messages: reading `aborted` looks whether the task has to stop.
    this.#restore = override(signal, { aborted: { get: look }, throwIfAborted: { value: throwIfAborted } });
    look();
    return signal;
  }

  /** Aborts the signal, for a task that waits for something. */
  abort(why: Stop): void {
    const restore = this.#restore;
    if (restore === undefined) return;
    this.#restore = undefined;
    // First restored to an ordinary signal: some hosts read `aborted` while they abort, and some set it.
    restore();
    this.#controller!.abort(
      why === 'cancel' ? undefined : new DOMException('The task ran longer than its timeout', 'TimeoutError'),
    );
  }
}

/** Overrides properties of `object`; the returned function restores them. */
function override(object: object, properties: PropertyDescriptorMap): () => void {
  const before: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(object);
  for (const [name, property] of Object.entries(properties))
    Object.defineProperty(object, name, { ...property, configurable: true });
  return () => {
    for (const name of Object.keys(properties)) {
      Reflect.deleteProperty(object, name);
      if (before[name] !== undefined) Object.defineProperty(object, name, before[name]);
    }
  };
}

/**
 * The global that holds the running tasks of this thread, the latest last; several only where local pools wait side by side. Not
 * a variable of this module: a worker of inline functions and the modules that they import have different copies of it.
 */
const RUNNING = Symbol.for('rxjs-parallel.running');
const here = globalThis as { [RUNNING]?: (() => TaskContext)[] };

export function enterTask(task: () => TaskContext): void {
  (here[RUNNING] ??= []).push(task);
}

export function leaveTask(task: () => TaskContext): void {
  const running = here[RUNNING]!;
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
  const task = here[RUNNING]?.at(-1);
  if (task === undefined)
    throw new Error('taskContext() was called outside a task: call it inside a method that a worker exposes');
  return task();
}
