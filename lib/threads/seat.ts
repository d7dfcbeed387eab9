/** A stream's place at a pool of lanes. */
import { Pace } from '../core/pace.ts';
import { BasicSeat, type House } from '../core/seat.ts';
import type { Feed, Task } from '../pool.ts';
import type { Batch } from './batch.ts';
import type { Lane } from './lane.ts';

export class Seat extends BasicSeat<Seat> {
  /** How many lanes have a batch of this stream. */
  lanes = 0;
  /** Whether the next task has to travel alone. */
  alone = false;

  constructor(feed: Feed, house: House<Seat>) {
    super(feed, new Pace(), house);
  }

  /** Whether `lane` may take from this stream now, if it has something. */
  fits(lane: Lane): boolean {
    if (!lane.idle && (this.alone || this.feed.timeout !== undefined || !this.pace.small)) return false;
    return this.lanes < this.feed.concurrency || lane.batches.some((batch: Batch) => batch.seat === this);
  }

  /**
   * Up to `most` tasks for one message to a worker that is idle or not. What is moved instead of copied travels alone
   * and to an idle one: it would be gone if its worker died of another task, or could not be taken back from it.
   */
  take(most: number, idle: boolean): Task[] {
    const tasks: Task[] = [];
    this.alone = false;
    while (tasks.length < most) {
      const task = this.feed.next();
      if (task === undefined) break;
      if (task.transfer !== undefined && (tasks.length > 0 || !idle)) {
        this.feed.putBack([task]);
        this.alone = true;
        break;
      }
      tasks.push(task);
      if (task.transfer !== undefined) break;
    }
    return tasks;
  }
}
