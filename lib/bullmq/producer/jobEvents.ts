/** The events of slots and tasks of a pool on a queue; without a listener they cost nothing. */
import { here } from '../../pool/eventTime.ts';
import { now } from '../../primitives/clock.ts';
import type { Outcome, PoolEvents, TaskAt } from '../../pool/poolEvents.ts';
import type { Task } from '../../pool/contract.ts';
import type { Job } from './job.ts';

export class JobEvents {
  readonly #events: PoolEvents;
  /** Tasks whose start has been emitted: the first report of a task emits it, else its end. */
  readonly #begun = new WeakSet<Task>();

  constructor(events: PoolEvents) {
    this.#events = events;
  }

  up(worker: number): void {
    this.#events.workerStart(worker);
  }

  gone(workers: Iterable<number>): void {
    for (const worker of workers) this.#events.workerExit(worker);
  }

  reported(job: Job, task: Task, value: unknown): void {
    if (!this.#events.observed) return;
    this.#begin(job, task, now());
    this.#events.taskReport(at(job, task), now(), value);
  }

  ended(job: Job, task: Task, outcome: Outcome, began: number = now(), ended: number = began, error?: unknown): void {
    if (!this.#events.observed) return;
    this.#begin(job, task, began);
    this.#events.taskEnd(at(job, task), here(job.sent, ended), outcome, error);
  }

  #begin(job: Job, task: Task, time: number): void {
    if (this.#begun.has(task)) return;
    this.#begun.add(task);
    this.#events.taskStart(at(job, task), here(job.sent, time));
  }

  /** Emits the cancel of a job. Of its cancelled tasks, only the first may have run. */
  cancelled(job: Job): void {
    const task = job.tasks[job.cancelledFrom];
    if (task !== undefined) this.ended(job, task, 'cancel');
  }
}

const at = ({ attachment, slot }: Job, task: Task): TaskAt => ({ worker: slot, task, source: attachment.source });
