/** A stream's place at a pool of lanes. */
import type { Feed, Place, Task } from '../pool.ts';
import type { Batch } from './batch.ts';
import type { Lane } from './lane.ts';
import { Pace } from './pace.ts';

/** What a seat asks of its pool. */
export interface House {
  readonly size: number;
  pump(): void;
  cancel(seat: Seat, from: number): void;
  leave(seat: Seat): void;
}

export class Seat implements Place {
  readonly feed: Feed;
  readonly pace: Pace = new Pace();
  readonly #house: House;
  hungry = false;
  /** How many lanes have a batch of this stream. */
  lanes = 0;
  /** Whether the next task has to travel alone. */
  alone = false;

  constructor(feed: Feed, house: House) {
    this.feed = feed;
    this.#house = house;
  }

  get ahead(): number {
    const size = Math.min(this.pace.size, this.feed.batch);
    return size === 1 ? 1 : size * Math.min(this.#house.size, this.feed.concurrency);
  }

  wake(): void {
    this.#house.pump();
  }

  cancel(from: number): void {
    this.#house.cancel(this, from);
  }

  leave(): void {
    this.#house.leave(this);
  }

  /** Whether its next message has to find its worker idle. */
  get idleOnly(): boolean {
    return this.alone || this.feed.timeout !== undefined || !this.pace.small;
  }

  /** Whether `lane` may take from this stream, now or when it is idle. */
  mayUse(lane: Lane): boolean {
    return this.lanes < this.feed.concurrency || this.at(lane);
  }

  /** Whether `lane` may take from this stream now, if it has something. */
  fits(lane: Lane): boolean {
    return (lane.idle || !this.idleOnly) && this.mayUse(lane);
  }

  /** Whether `lane` has something of this stream. */
  at(lane: Lane): boolean {
    return lane.batches.some((batch: Batch) => batch.seat === this);
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
