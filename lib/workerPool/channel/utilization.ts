/** The utilization of the workers of a slot: ms in tasks, and ms beside them; counted once for each message. */
import { monotonic } from '../../primitives/clock.ts';
import type { Batch } from './batch.ts';

export class Utilization {
  /** Time in tasks that have been reported. */
  taskTime = 0;
  /** Time in which a worker had tasks, reported or not, up to the last report. */
  #given = 0;
  #carried = 0;
  /** The time of the last report, up to which `#given` counts. */
  #until = 0;
  /** When the present worker came up, and the task time before that. */
  #up = 0;
  #spentBefore = 0;

  /** Time in which a worker had tasks and ran none. Never decreases, though a late report can make the difference smaller. */
  get carryTime(): number {
    this.#carried = Math.max(this.#carried, this.#given - this.taskTime);
    return this.#carried;
  }

  up(): void {
    this.#up = monotonic();
    this.#spentBefore = this.taskTime;
  }

  /** The worker, which had no tasks, gets some. */
  begin(): void {
    this.#until = monotonic();
  }

  /** Adds reported tasks that ran for `ms`; default: all the time since the last report. Returns the present time. */
  add(ms?: number): number {
    const now = monotonic();
    const passed = now - this.#until;
    this.taskTime += ms ?? passed;
    this.#given += passed;
    this.#until = now;
    return now;
  }

  /** Adds the unreported time of the batch that a worker ran when it ended. */
  addLost(head: Batch): void {
    this.add(this.#unreported(head));
  }

  /** The share of the time since the worker came up that it has spent in tasks, including the running one. */
  busy(head: Batch | undefined): number {
    const reported = this.taskTime - this.#spentBefore;
    const unreported = head === undefined ? 0 : this.#unreported(head);
    return Math.min(1, (reported + unreported) / Math.max(monotonic() - this.#up, 1e-3));
  }

  /** The time of tasks that are not reported; where memory is not shared, all time since the last report. */
  #unreported(head: Batch): number {
    const running = head.shared ? (head.cell.age ?? 0) - head.spent : Infinity;
    return Math.max(0, Math.min(running, monotonic() - this.#until));
  }
}
