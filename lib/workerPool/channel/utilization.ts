/** What the time of the workers of a slot goes into; counted by the message, in ms. */
import { monotonic } from '../../primitives/clock.ts';
import type { Batch } from './batch.ts';

export class Utilization {
  /** Spent in tasks that have been told of. */
  taskTime = 0;
  /** In which a worker had tasks, told or not, up to the last that was told. */
  #given = 0;
  #carried = 0;
  /** Until when that is counted. */
  #until = 0;
  /** When the present worker came up, and what had been spent in tasks before. */
  #up = 0;
  #sideEffects = 0;

  /** In which a worker had tasks and was in none. Never less than it was: what is late to be told may make it seem more. */
  get carryTime(): number {
    this.#carried = Math.max(this.#carried, this.#given - this.taskTime);
    return this.#carried;
  }

  up(): void {
    this.#up = monotonic();
    this.#sideEffects = this.taskTime;
  }

  /** The worker, which had none, is given tasks. */
  begin(): void {
    this.#until = monotonic();
  }

  /** It tells of tasks that took `ms`; left out: all the time since it told last. Returns when that is. */
  told(ms?: number): number {
    const now = monotonic();
    const passed = now - this.#until;
    this.taskTime += ms ?? passed;
    this.#given += passed;
    this.#until = now;
    return now;
  }

  /** It is gone, and will not tell of what it ran of `head`. */
  lost(head: Batch): void {
    this.told(this.#untold(head));
  }

  /** The share of the time since the worker came up that it has spent in tasks, that which runs now included. */
  busy(head: Batch | undefined): number {
    const told = this.taskTime - this.#sideEffects;
    const untold = head === undefined ? 0 : this.#untold(head);
    return Math.min(1, (told + untold) / Math.max(monotonic() - this.#up, 1e-3));
  }

  /** What is known of tasks that have not been told of: all that time where the worker does not say what it begins. */
  #untold(head: Batch): number {
    const running = head.shared ? (head.cell.age ?? 0) - head.spent : Infinity;
    return Math.max(0, Math.min(running, monotonic() - this.#until));
  }
}
