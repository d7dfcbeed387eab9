/** The pool events of one slot's workers and their tasks. They cost nothing while nobody listens. */
import { here } from '../../pool/eventTime.ts';
import { now } from '../../primitives/clock.ts';
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

  /** Emits the start of a task, once: when the worker reports it, or else with the end of the task. */
  begun(batch: Batch, offset: number, time: number, ends: boolean = false, arrived: number = now()): void {
    if (batch.markStarted(offset, ends))
      this.#events.taskStart(this.#at(batch, offset), here(batch.sent, time, arrived));
  }

  reported(batch: Batch, offset: number, value: unknown, began: number, time: number): void {
    if (!this.heard) return;
    this.begun(batch, offset, began > 0 ? began : time);
    this.#events.taskReport(this.#at(batch, offset), here(batch.sent, time), value);
  }

  /** `error`: what the task failed with; `arrived`: when the report of the end came. */
  ended(
    batch: Batch,
    offset: number,
    outcome: Outcome,
    began: number,
    time: number = Infinity,
    error?: unknown,
    arrived: number = now(),
  ): void {
    if (!this.heard) return;
    this.begun(batch, offset, began, true, arrived);
    this.#events.taskEnd(this.#at(batch, offset), here(batch.sent, time, arrived), outcome, error);
  }

  /** `times`: start and end of each task in a reply. The tasks after the first `waited` are cancelled. */
  replied(batch: Batch, from: number, times: ArrayLike<number>, waited: number, failures?: Map<number, unknown>): void {
    // One clock read for all: one for each task would be a fifth of the cost of events.
    const arrived = now();
    for (let at = 0; 2 * at < times.length; at++) {
      const outcome = at >= waited ? 'cancel' : failures?.has(at) === true ? 'error' : 'value';
      this.ended(batch, from + at, outcome, times[2 * at]!, times[2 * at + 1], failures?.get(at), arrived);
    }
  }

  #at(batch: Batch, offset: number): TaskAt {
    return { worker: this.#worker, task: batch.tasks[offset]!, source: batch.attachment.source };
  }
}
