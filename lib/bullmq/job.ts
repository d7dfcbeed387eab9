/** Tasks that travel in one job. */
import { now } from '../core/clock.ts';
import type { Task } from '../pool.ts';
import type { Order } from './message.ts';
import type { Seat } from './seat.ts';

export class Job {
  readonly seat: Seat;
  /** Which of the pool's places it takes. */
  readonly place: number;
  readonly tasks: readonly Task[];
  readonly order: Omit<Order, 'layout' | 'run'>;
  /** Whether its tasks were in a job that was lost: it is then next. */
  readonly again: boolean;
  /** When it was made, in ms since the epoch. */
  readonly sent: number = now();
  /** Tasks from here on are cancelled: whatever becomes of them, nobody waits for it. */
  cancelledFrom: number = Infinity;
  /** Its name in the queue, once it has one. */
  id: string = '';
  /** Whether it has reached Redis. */
  added: boolean = false;

  constructor(seat: Seat, place: number, tasks: readonly Task[], order: Omit<Order, 'layout' | 'run'>, again: boolean) {
    this.seat = seat;
    this.place = place;
    this.tasks = tasks;
    this.order = order;
    this.again = again;
  }

  /** Tasks in it that somebody waits for. */
  get waited(): readonly Task[] {
    return this.tasks.slice(0, this.cancelledFrom);
  }

  /** Whether nobody waits for anything in it. */
  get cancelled(): boolean {
    return this.cancelledFrom === 0;
  }
}
