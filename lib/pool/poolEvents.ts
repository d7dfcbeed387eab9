/** The events of a pool. Each is made only where somebody listens. */
import { Subject, type Observable } from 'rxjs';
import type { PoolEvent } from '../api/pool.ts';
import { now } from '../primitives/clock.ts';
import { INLINE } from '../protocol/messages.ts';
import type { Task, TaskSource } from './contract.ts';

export type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

/** A task at a worker, and whose it is. */
export interface TaskAt {
  readonly worker: number;
  readonly task: Task;
  readonly source: TaskSource;
}

export class PoolEvents {
  readonly #subject = new Subject<PoolEvent>();
  readonly events$: Observable<PoolEvent> = this.#subject.asObservable();
  /** What an inline function is called. */
  inlineName = 'inline';

  /** Whether somebody listens: what only an event needs is made only then. */
  get observed(): boolean {
    return this.#subject.observed;
  }

  workerStart(worker: number): void {
    if (this.observed) this.#subject.next({ type: 'worker:start', worker, time: now() });
  }

  /** `error`: why, where it was not ended on purpose. */
  workerExit(worker: number, exitCode?: number, error?: Error): void {
    if (!this.observed) return;
    const code = exitCode === undefined ? {} : { exitCode };
    const why = error === undefined ? {} : { error };
    this.#subject.next({ type: 'worker:exit', worker, time: now(), ...code, ...why });
  }

  taskStart(at: TaskAt, time: number): void {
    if (this.observed) this.#subject.next({ type: 'task:start', ...this.#about(at), time });
  }

  taskReport(at: TaskAt, time: number, value: unknown): void {
    if (this.observed) this.#subject.next({ type: 'task:report', ...this.#about(at), time, value });
  }

  taskEnd(at: TaskAt, time: number, outcome: Outcome): void {
    if (this.observed) this.#subject.next({ type: 'task:end', ...this.#about(at), time, outcome });
  }

  complete(): void {
    this.#subject.complete();
  }

  #about({
    worker,
    task: { index, method },
    source: { stream = 0 },
  }: TaskAt): Pick<Extract<PoolEvent, { type: 'task:start' }>, 'worker' | 'stream' | 'index' | 'method'> {
    return { worker, stream, index, method: method === INLINE ? this.inlineName : method };
  }
}
