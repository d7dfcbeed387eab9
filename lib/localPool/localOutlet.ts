/** The outlet of a task that gives many values on the calling thread. Each is passed on at once, as no message could carry several. */
import type { Task, TaskSource } from '../pool/contract.ts';
import type { Outlet } from '../protocol/produce.ts';
import { resultError } from '../protocol/snapshot.ts';
import { messageOf } from '../protocol/thrown.ts';
import { ownResult } from './ownResult.ts';

export class LocalOutlet implements Outlet {
  credit: number;
  readonly #source: TaskSource;
  readonly #task: Task;
  readonly #stopped: () => boolean;
  #wake: (() => void) | undefined;

  constructor(source: TaskSource, task: Task, buffer: number, stopped: () => boolean) {
    this.#source = source;
    this.#task = task;
    this.credit = buffer;
    this.#stopped = stopped;
  }

  get stopped(): boolean {
    return this.#stopped();
  }

  add(value: unknown): void {
    let own: unknown;
    try {
      own = ownResult(value);
    } catch (cause) {
      throw resultError(messageOf(cause));
    }
    this.credit--;
    if (this.stopped) return;
    this.#source.values!(this.#task, [own], (count) => this.grant(count));
    this.#source.proceed();
  }

  waits(): void {}

  changed(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** `count` more values were emitted; 0: only checks whether the task has to stop. */
  grant(count: number): void {
    this.credit += count;
    this.#wake?.();
    this.#wake = undefined;
  }
}
