/** The events of a pool. An event object is made only while somebody listens. */
import { diagnostics } from '#platform';
import type { PoolEvent } from '../api/types/pool.ts';
import { now } from '../primitives/clock.ts';
import { INLINE } from '../protocol/messages.ts';
import type { EventListener, Task, TaskSource } from './contract.ts';

export type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

/** A task at a worker, and the source of the task. */
export interface TaskAt {
  readonly worker: number;
  readonly task: Task;
  readonly source: TaskSource;
}

export class PoolEvents {
  /** Undefined once the events are complete. */
  #listeners: readonly EventListener[] | undefined = [];
  /** The name of the pool, if it has one. */
  pool: string | undefined;
  /** The name of an inline function. */
  inlineName = 'inline';

  listen(listener: EventListener): () => void {
    if (this.#listeners === undefined) listener.complete();
    else this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners?.filter((each) => each !== listener);
    };
  }

  /** Whether somebody listens: data that only events need is collected only then. */
  get observed(): boolean {
    return this.#listeners?.[0] !== undefined || diagnostics?.observed === true;
  }

  workerStart(worker: number): void {
    this.#emitOfWorker({ type: 'worker:start', worker, time: now() });
  }

  /** `error`: why the worker ended, unless the pool ended it. */
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

  /** `error`: what the task failed with. */
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

  /** Emits to the present listeners; one that is added meanwhile gets only the next event. */
  #emit(event: PoolEvent): void {
    for (const listener of this.#listeners ?? []) listener.next(event);
  }

  #methodOf({ method }: Task): string {
    return method === INLINE ? this.inlineName : method;
  }
}
