/** The events of one worker and of its tasks; costs nothing while nobody listens. */
import { here } from '../../primitives/clock.ts';
import type { Outcome, PoolEvents, TaskAt } from '../../pool/poolEvents.ts';
import type { Batch } from './batch.ts';

export class TaskEvents {
  readonly #worker: number;
  readonly #events: PoolEvents;

  constructor(worker: number, events: PoolEvents) {
    this.#worker = worker;
    this.#events = events;
  }

  get heard(): boolean {
    return this.#events.observed;
  }

  up(): void {
    this.#events.workerStart(this.#worker);
  }

  gone(exitCode?: number, error?: Error): void {
    this.#events.workerExit(this.#worker, exitCode, error);
  }

  /** A task has begun; told once, whether the worker said so at the time or only afterwards. */
  begun(batch: Batch, offset: number, time: number): void {
    if (batch.tellsBegin(offset)) this.#events.taskStart(this.#at(batch, offset), here(batch.sent, time));
  }

  reported(batch: Batch, offset: number, value: unknown, began: number, time: number): void {
    if (!this.heard) return;
    this.begun(batch, offset, began > 0 ? began : time);
    this.#events.taskReport(this.#at(batch, offset), here(batch.sent, time), value);
  }

  /** `error`: what it has failed with. */
  ended(batch: Batch, offset: number, outcome: Outcome, began: number, time: number = Infinity, error?: unknown): void {
    if (!this.heard) return;
    this.begun(batch, offset, began);
    this.#events.taskEnd(this.#at(batch, offset), here(batch.sent, time), outcome, error);
  }

  #at(batch: Batch, offset: number): TaskAt {
    return { worker: this.#worker, task: batch.tasks[offset]!, source: batch.attachment.source };
  }
}
