/** What the time of the workers of a slot goes into; counted by the message, in ms. */
import { monotonic } from '../../primitives/clock.ts';
import type { Batch } from './batch.ts';

export class Utilization {
  /** Spent in tasks that have been reported. */
  taskTime = 0;
  /** In which a worker had tasks, reported or not, up to the last report. */
  #given = 0;
  #carried = 0;
  /** Until when that is counted. */
  #until = 0;
  /** When the present worker came up, and what had been spent in tasks before. */
  #up = 0;
  #spentBefore = 0;

  /** In which a worker had tasks and was in none. Never less than it was: a late report may make it seem more. */
  get carryTime(): number {
    this.#carried = Math.max(this.#carried, this.#given - this.taskTime);
    return this.#carried;
  }

  up(): void {
    this.#up = monotonic();
    this.#spentBefore = this.taskTime;
  }

  /** The worker, which had none, is given tasks. */
  begin(): void {
    this.#until = monotonic();
  }

  /** Tasks that took `ms` are reported; left out: all the time since the last report. Returns when that is. */
  add(ms?: number): number {
    const now = monotonic();
    const passed = now - this.#until;
    this.taskTime += ms ?? passed;
    this.#given += passed;
    this.#until = now;
    return now;
  }

  /** The worker is gone, and will not report what it ran of `head`. */
  addLost(head: Batch): void {
    this.add(this.#unreported(head));
  }

  /** The share of the time since the worker came up that it has spent in tasks, that which runs now included. */
  busy(head: Batch | undefined): number {
    const reported = this.taskTime - this.#spentBefore;
    const unreported = head === undefined ? 0 : this.#unreported(head);
    return Math.min(1, (reported + unreported) / Math.max(monotonic() - this.#up, 1e-3));
  }

  /** The time of tasks that are not reported: all of it where the worker does not say what it begins. */
  #unreported(head: Batch): number {
    const running = head.shared ? (head.cell.age ?? 0) - head.spent : Infinity;
    return Math.max(0, Math.min(running, monotonic() - this.#until));
  }
}
