/** The events of a pool. */
import { Subject, type Observable } from 'rxjs';
import type { PoolEvent } from '../api/pool.ts';

export class PoolEvents {
  readonly #subject = new Subject<PoolEvent>();
  readonly events$: Observable<PoolEvent> = this.#subject.asObservable();

  /** Whether somebody listens: what only an event needs is made only then. */
  get observed(): boolean {
    return this.#subject.observed;
  }

  emit(event: PoolEvent): void {
    this.#subject.next(event);
  }

  complete(): void {
    this.#subject.complete();
  }
}
