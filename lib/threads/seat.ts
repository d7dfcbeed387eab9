/** A stream's place at a pool of lanes. */
import { ownCall } from '../core/ownCall.ts';
import { Pace } from '../core/pace.ts';
import { BasicSeat, type House } from '../core/seat.ts';
import type { Description, Feed, Task } from '../pool.ts';
import type { Batch } from './batch.ts';
import type { Lane } from './lane.ts';

export class Seat extends BasicSeat<Seat> {
  /** How many lanes have a batch of this stream. */
  lanes = 0;
  /** Whether the next task has to travel alone. */
  alone = false;
  /** Whether nobody waits any more for what `fn` has described. */
  left = false;

  readonly #failed: () => void;

  /** `failed` is told of each task whose call cannot be made. */
  constructor(feed: Feed, house: House<Seat>, failed: () => void) {
    super(feed, new Pace(), house);
    this.#failed = failed;
  }

  own(call: Description): Description {
    return ownCall(call, this.#failed);
  }

  override leave(): void {
    this.left = true;
    super.leave();
  }

  /** Whether `lane` is among those that this stream may use, now or when it is idle. */
  mayUse(lane: Lane): boolean {
    return this.lanes < this.feed.concurrency || lane.batches.some((batch: Batch) => batch.seat === this);
  }

  /** Whether its next tasks may follow at once on what `lane` has: only those that are known to be quick wait there. */
  mayFollow(lane: Lane): boolean {
    return lane.idle || (!this.alone && this.feed.timeout === undefined && this.pace.small);
  }

  /**
   * Up to `most` tasks for one message to a worker that is idle or not. What is moved instead of copied travels alone
   * and to an idle one: it would be gone if its worker died of another task, or could not be taken back from it. So does
   * what may have killed a worker, or may be why a message could not be read: then it is known whether it does, or is.
   */
  take(most: number, idle: boolean): Task[] {
    const tasks: Task[] = [];
    this.alone = false;
    while (tasks.length < most) {
      const task = this.feed.next();
      if (task === undefined) break;
      const apart = task.transfer !== undefined || task.suspect === true || task.alone === true;
      if (apart && (tasks.length > 0 || !idle)) {
        this.feed.putBack([task]);
        this.alone = true;
        break;
      }
      tasks.push(task);
      if (apart) break;
    }
    return tasks;
  }
}
