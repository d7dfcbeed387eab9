/** Tells whoever listens to a pool's events what its places do; costs nothing while nobody does. */
import { type Observable, Subject } from 'rxjs';
import { here, now } from '../../primitives/clock.ts';
import type { PoolEvent } from '../../api/pool.ts';
import type { Task } from '../../pool/contract.ts';
import type { Job } from './job.ts';

export type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

export class JobEvents {
  readonly #events = new Subject<PoolEvent>();
  readonly events$: Observable<PoolEvent> = this.#events.asObservable();

  up(worker: number): void {
    this.#tell({ type: 'worker:start', worker, time: now() });
  }

  /** Nothing comes after this. */
  gone(workers: Iterable<number>): void {
    for (const worker of workers) this.#tell({ type: 'worker:exit', worker, time: now() });
    this.#events.complete();
  }

  ended({ slot, sent }: Job, { index }: Task, outcome: Outcome, began: number = now(), ended: number = began): void {
    if (!this.#events.observed) return;
    this.#tell({ type: 'task:start', worker: slot, index, time: here(sent, began) });
    this.#tell({ type: 'task:end', worker: slot, index, time: here(sent, ended), outcome });
  }

  /** What of a job is cancelled, if anything is: the first such task is the one that ran, if any did. */
  cancelled(job: Job): void {
    const task = job.tasks[job.cancelledFrom];
    if (task !== undefined) this.ended(job, task, 'cancel');
  }

  #tell(event: PoolEvent): void {
    if (this.#events.observed) this.#events.next(event);
  }
}
