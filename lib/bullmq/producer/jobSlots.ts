/** The slots of a pool on a queue: each is room for one job out, and stands for a worker in stats and events. */
import { now } from '../../primitives/clock.ts';
import type { Job } from './job.ts';

class JobSlot {
  job: Job | undefined;
  /** Milliseconds that its jobs have spent in tasks, and besides: on their way, or waiting in the queue. */
  taskTime = 0;
  carryTime = 0;
  readonly #since = now();

  /** The share of its time that was spent in tasks, without those of the job that is out. */
  get busy(): number {
    return Math.min(1, this.taskTime / Math.max(now() - this.#since, 1e-3));
  }
}

/** The part of a pool's stats that is counted here. */
export interface SlotStats {
  readonly workers: number;
  readonly idle: number;
  readonly running: number;
  readonly taskTime: number;
  readonly carryTime: number;
  readonly busy: number[];
}

export class JobSlots {
  /** Those that were ever used: a slot is made when no other is free. */
  readonly #slots: JobSlot[] = [];
  /** How many jobs are out. */
  out = 0;

  /** The number of a free slot, which `put` makes where it is new. */
  get free(): number {
    const free = this.#slots.findIndex(({ job }) => job === undefined);
    return free < 0 ? this.#slots.length : free;
  }

  /** The numbers of all slots. */
  get numbers(): Iterable<number> {
    return this.#slots.keys();
  }

  /** Puts a job into its slot; returns whether the slot is new. */
  put(job: Job): boolean {
    this.out++;
    const slot = this.#slots[job.slot];
    if (slot !== undefined) {
      slot.job = job;
      return false;
    }
    const made = new JobSlot();
    made.job = job;
    this.#slots.push(made);
    return true;
  }

  /** Frees the slot of a job; returns false where it was free already. */
  release(job: Job): boolean {
    const slot = this.#slots[job.slot]!;
    if (slot.job !== job) return false;
    slot.job = undefined;
    this.out--;
    return true;
  }

  /** Counts the time of a job that is back, of which `ms` were spent in tasks. */
  count({ sent, slot }: Job, ms: number): void {
    const found = this.#slots[slot]!;
    found.taskTime += ms;
    found.carryTime += Math.max(0, now() - sent - ms);
  }

  /** The jobs that are out. */
  *jobs(): Generator<Job> {
    for (const { job } of this.#slots) if (job !== undefined) yield job;
  }

  /** `closed`: the pool has no slots any more; the times stay. */
  stats(closed: boolean): SlotStats {
    const open = closed ? [] : this.#slots;
    let taskTime = 0;
    let carryTime = 0;
    for (const slot of this.#slots) {
      taskTime += slot.taskTime;
      carryTime += slot.carryTime;
    }
    let running = 0;
    for (const { job } of open) running += job?.waited.length ?? 0;
    const idle = open.filter(({ job }) => job === undefined).length;
    return { workers: open.length, idle, running, taskTime, carryTime, busy: open.map(({ busy }) => busy) };
  }
}
