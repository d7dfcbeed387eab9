/** The events of a pool. Each is made only where somebody listens. */
import { diagnostics } from '#platform';
import type { PoolEvent } from '../api/pool.ts';
import { now } from '../primitives/clock.ts';
import type { TaskTrace } from '../platform/diagnostics.ts';
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
  #listeners: Set<EventListener> | undefined = new Set();
  /** What its pool is called, if anything. */
  pool: string | undefined;
  /** What an inline function is called. */
  inlineName = 'inline';
  /** Of tasks that run, what `diagnostics_channel` is told. */
  readonly #traces = new WeakMap<Task, TaskTrace>();

  listen(listener: EventListener): () => void {
    if (this.#listeners === undefined) listener.complete();
    else this.#listeners.add(listener);
    return () => void this.#listeners?.delete(listener);
  }

  /** Whether somebody listens: what only an event needs is made only then. */
  get observed(): boolean {
    return (this.#listeners?.size ?? 0) > 0 || diagnostics?.observed === true;
  }

  workerStart(worker: number): void {
    if (!this.observed) return;
    const time = now();
    this.#tell({ type: 'worker:start', worker, time });
    diagnostics?.workerStart({ pool: this.pool, worker, time });
  }

  /** `error`: why, where it was not ended on purpose. */
  workerExit(worker: number, exitCode?: number, error?: Error): void {
    if (!this.observed) return;
    const time = now();
    const code = exitCode === undefined ? {} : { exitCode };
    const why = error === undefined ? {} : { error };
    this.#tell({ type: 'worker:exit', worker, time, ...code, ...why });
    diagnostics?.workerExit({ pool: this.pool, worker, time, ...code, ...why });
  }

  taskStart(at: TaskAt, time: number): void {
    if (!this.observed) return;
    const about = this.#about(at);
    this.#tell({ type: 'task:start', ...about, time });
    if (diagnostics?.observed !== true) return;
    const trace: TaskTrace = { pool: this.pool, ...about, input: at.task.input, startTime: time };
    this.#traces.set(at.task, trace);
    diagnostics.taskStart(trace);
  }

  taskReport(at: TaskAt, time: number, value: unknown): void {
    if (this.observed) this.#tell({ type: 'task:report', ...this.#about(at), time, value });
  }

  /** `error`: what the task has failed with. */
  taskEnd(at: TaskAt, time: number, outcome: Outcome, error?: unknown): void {
    if (!this.observed) return;
    this.#tell({ type: 'task:end', ...this.#about(at), time, outcome });
    const trace = this.#traces.get(at.task);
    if (trace === undefined) return;
    this.#traces.delete(at.task);
    trace.endTime = time;
    trace.outcome = outcome;
    if (outcome !== 'value' && outcome !== 'cancel') trace.error = error;
    diagnostics?.taskEnd(trace);
  }

  complete(): void {
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener.complete();
  }

  /** To those who listen now: one of them may bring another. */
  #tell(event: PoolEvent): void {
    for (const listener of [...(this.#listeners ?? [])]) listener.next(event);
  }

  #about({
    worker,
    task: { index, method },
    source: { stream = 0 },
  }: TaskAt): Pick<Extract<PoolEvent, { type: 'task:start' }>, 'worker' | 'stream' | 'index' | 'method'> {
    return { worker, stream, index, method: method === INLINE ? this.inlineName : method };
  }
}
