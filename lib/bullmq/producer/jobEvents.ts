/** The events of a pool's slots and of their tasks; costs nothing while nobody listens. */
import { here, now } from '../../primitives/clock.ts';
import type { PoolEvents } from '../../pool/poolEvents.ts';
import type { PoolEvent } from '../../api/pool.ts';
import type { Task } from '../../pool/contract.ts';
import type { Job } from './job.ts';

export type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

export class JobEvents {
  readonly #events: PoolEvents;
  /** Tasks whose start has been told, because they have reported something. */
  readonly #begun = new WeakSet<Task>();

  constructor(events: PoolEvents) {
    this.#events = events;
  }

  up(worker: number): void {
    if (this.#events.observed) this.#events.emit({ type: 'worker:start', worker, time: now() });
  }

  gone(workers: Iterable<number>): void {
    for (const worker of workers) this.#events.emit({ type: 'worker:exit', worker, time: now() });
  }

  reported({ slot, sent }: Job, task: Task, value: unknown): void {
    if (!this.#events.observed) return;
    this.#begin(slot, sent, task, now());
    this.#events.emit({ type: 'task:report', worker: slot, index: task.index, time: now(), value });
  }

  ended({ slot, sent }: Job, task: Task, outcome: Outcome, began: number = now(), ended: number = began): void {
    if (!this.#events.observed) return;
    const { index } = task;
    this.#begin(slot, sent, task, began);
    this.#events.emit({ type: 'task:end', worker: slot, index, time: here(sent, ended), outcome });
  }

  #begin(slot: number, sent: number, task: Task, time: number): void {
    if (this.#begun.has(task)) return;
    this.#begun.add(task);
    this.#events.emit({ type: 'task:start', worker: slot, index: task.index, time: here(sent, time) });
  }

  /** What of a job is cancelled, if anything is: the first such task is the one that ran, if any did. */
  cancelled(job: Job): void {
    const task = job.tasks[job.cancelledFrom];
    if (task !== undefined) this.ended(job, task, 'cancel');
  }
}
