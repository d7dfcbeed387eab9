/** What a task may know of itself while it runs. */
import type { TaskSignal } from '../api/signal.ts';
import type { TaskContext } from '../api/taskContext.ts';
import { isTransfer } from './transferable.ts';

/** Why nobody waits for a task any more. */
export type Stop = 'cancel' | 'timeout';

/** A task that runs: its signal is made only if it asks. */
export class RunningTask implements TaskContext {
  readonly index: number;
  readonly #stopped: () => Stop | undefined;
  readonly #asked: () => void;
  readonly report: (value: unknown) => void;
  readonly carried: unknown;
  #controller: AbortController | undefined;
  #restore: (() => void) | undefined;

  /** `stopped` says whether it has to stop; `asked` hears that the task listens to that, `reported` what it reports. */
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
    // Of reports that are thinned, what is moved would be gone.
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
    // A loop that computes hears no message: for it the signal looks itself.
    this.#restore = override(signal, { aborted: { get: look }, throwIfAborted: { value: throwIfAborted } });
    look();
    return signal;
  }

  /** Tells a task that waits for something. */
  abort(why: Stop): void {
    const restore = this.#restore;
    if (restore === undefined) return;
    this.#restore = undefined;
    // From here on the signal is as any other: some hosts read `aborted` while they abort, and some set it.
    restore();
    this.#controller!.abort(
      why === 'cancel' ? undefined : new DOMException('The task ran longer than its timeout', 'TimeoutError'),
    );
  }
}

/** Gives `object` properties of its own; returns what takes them back. */
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
 * Under which the tasks that run here are, the latest last: more than one only where local pools wait side by side. Of the
 * thread, not of this module: a worker of inline functions has a copy of it, and what they import has another.
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
