/** Follows a pool's events: workers run one task at a time, and tell of its beginning and its end. */
import type { Observable } from 'rxjs';
import type { PoolEvent } from 'rxjs-parallel';

export class Events {
  /** The task that each worker that is up runs. */
  readonly #running = new Map<number, number | undefined>();
  readonly problems: string[] = [];

  /** `up`: workers that are up from the first. */
  constructor(events$: Observable<PoolEvent>, up: readonly number[]) {
    for (const worker of up) this.#running.set(worker, undefined);
    events$.subscribe((event) => this.#see(event));
  }

  #see(event: PoolEvent): void {
    const { type, worker } = event;
    const running = this.#running.get(worker);
    const say = (what: string): unknown => this.problems.push(`worker ${worker} ${what}`);
    if (type === 'worker:start') {
      if (this.#running.has(worker)) say('started twice');
      this.#running.set(worker, undefined);
    } else if (!this.#running.has(worker)) say(`told of ${type} while it was down`);
    else if (type === 'worker:exit') this.#running.delete(worker);
    else if (type === 'task:start') {
      if (running !== undefined) say(`began task ${event.index} while it ran ${running}`);
      this.#running.set(worker, event.index);
    } else {
      if (running !== event.index) say(`ended task ${event.index} while it ran ${running}`);
      this.#running.set(worker, undefined);
    }
  }
}
