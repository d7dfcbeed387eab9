/** A slot for one job: what a worker slot is to other pools. */
import { now } from '../../primitives/clock.ts';
import type { Job } from './job.ts';

export class JobSlot {
  job: Job | undefined;
  /** Milliseconds that its jobs have spent in tasks, and out besides: on their way, or waiting in the queue. */
  taskTime = 0;
  carryTime = 0;
  readonly #since = now();

  /** A job is back, of which `ms` were spent in tasks. */
  add({ sent }: Job, ms: number): void {
    this.taskTime += ms;
    this.carryTime += Math.max(0, now() - sent - ms);
  }

  /** The share of its time that was spent in tasks, those of the present job left out. */
  get busy(): number {
    return Math.min(1, this.taskTime / Math.max(now() - this.#since, 1e-3));
  }
}

/** What the time of `all` places went into, and how busy those are that are `open`. */
export function timesOf(
  all: readonly JobSlot[],
  open: readonly JobSlot[],
): { taskTime: number; carryTime: number; busy: number[] } {
  let taskTime = 0;
  let carryTime = 0;
  for (const slot of all) {
    taskTime += slot.taskTime;
    carryTime += slot.carryTime;
  }
  return { taskTime, carryTime, busy: open.map(({ busy }) => busy) };
}
