/** The events of a pool. Each is made only where somebody listens. */
import { diagnostics } from '#platform';
import type { PoolEvent } from '../api/pool.ts';
import { now } from '../primitives/clock.ts';
import { INLINE } from '../protocol/messages.ts';
import type { EventListener, Task, TaskSource } from './contract.ts';

export type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

/** A task at a worker, and whose it is. */
export interface TaskAt {
  readonly worker: number;
  readonly task: Task;
  readonly source: TaskSource;
}

export class PoolEvents {
  /** Undefined once there are no more. */
  #listeners: readonly EventListener[] | undefined = [];
  /** What its pool is called, if anything. */
  pool: string | undefined;
  /** What an inline function is called. */
  inlineName = 'inline';

  listen(listener: EventListener): () => void {
    if (this.#listeners === undefined) listener.complete();
    else this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners?.filter((each) => each !== listener);
    };
  }

  /** Whether somebody listens: what only an event needs is made only then. */
  get observed(): boolean {
    return this.#listeners?.[0] !== undefined || diagnostics?.observed === true;
  }

  workerStart(worker: number): void {
    this.#emitOfWorker({ type: 'worker:start', worker, time: now() });
  }

  /** `error`: why, where it was not ended on purpose. */
  workerExit(worker: number, exitCode?: number, error?: Error): void {
    const code = exitCode === undefined ? {} : { exitCode };
    const why = error === undefined ? {} : { error };
    this.#emitOfWorker({ type: 'worker:exit', worker, time: now(), ...code, ...why });
  }

  taskStart({ worker, task, source: { stream = 0 } }: TaskAt, time: number): void {
    if (!this.observed) return;
    const event = {
      type: 'task:start',
      worker,
      stream,
      index: task.index,
      method: this.#methodOf(task),
      time,
    } as const;
    this.#emit(event);
    if (diagnostics?.observed === true) diagnostics.taskStart(this.pool, task, event);
  }

  taskReport({ worker, task, source: { stream = 0 } }: TaskAt, time: number, value: unknown): void {
    if (!this.observed) return;
    this.#emit({ type: 'task:report', worker, stream, index: task.index, method: this.#methodOf(task), time, value });
  }

  /** `error`: what the task has failed with. */
  taskEnd({ worker, task, source: { stream = 0 } }: TaskAt, time: number, outcome: Outcome, error?: unknown): void {
    if (!this.observed) return;
    this.#emit({ type: 'task:end', worker, stream, index: task.index, method: this.#methodOf(task), time, outcome });
    diagnostics?.taskEnd(task, time, outcome, error);
  }

  complete(): void {
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener.complete();
  }

  #emitOfWorker(event: Extract<PoolEvent, { type: 'worker:start' | 'worker:exit' }>): void {
    this.#emit(event);
    diagnostics?.worker(this.pool, event);
  }

  /** To those who listen now: one of them may bring another. */
  #emit(event: PoolEvent): void {
    for (const listener of this.#listeners ?? []) listener.next(event);
  }

  #methodOf({ method }: Task): string {
    return method === INLINE ? this.inlineName : method;
  }
}
