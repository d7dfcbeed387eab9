/**
 * Follows a pool's events: each task whose end a worker reports had begun there, once, and only a worker's exit
 * leaves tasks without an end. Workers report beginnings at once and ends together, so the order says nothing.
 */
import type { Observable } from 'rxjs';
import type { PoolEvent } from 'rxjs-parallel';

export class Events {
  /** What each worker that is up runs: how often it began a task of this index, and has not ended it. */
  readonly #running = new Map<number, Map<number, number>>();
  readonly #problems: string[] = [];

  /** `up`: workers that are up from the first. */
  constructor(events$: Observable<PoolEvent>, up: readonly number[]) {
    for (const worker of up) this.#running.set(worker, new Map());
    events$.subscribe((event) => this.#see(event));
  }

  /** What has been wrong so far; asked when nothing runs. */
  get problems(): readonly string[] {
    const left = [...this.#running].flatMap(([worker, tasks]) =>
      [...tasks].map(([index, times]) => `worker ${worker} began task ${index} and never ended it, ${times} times`),
    );
    return [...this.#problems, ...left];
  }

  #see(event: PoolEvent): void {
    const { type, worker } = event;
    const running = this.#running.get(worker);
    const say = (what: string): unknown => this.#problems.push(`worker ${worker} ${what}`);
    if (type === 'worker:start') {
      if (running !== undefined) say('started twice');
      this.#running.set(worker, new Map());
    } else if (running === undefined) say(`reported ${type} while it was down`);
    else if (type === 'worker:exit') this.#running.delete(worker);
    else {
      const { index } = event;
      const times = running.get(index) ?? 0;
      if (type === 'task:start') running.set(index, times + 1);
      else if (type === 'task:report') {
        if (times === 0) say(`reported of task ${index}, which it had not begun`);
      } else if (times === 0) say(`ended task ${index}, which it had not begun`);
      else if (times === 1) running.delete(index);
      else running.set(index, times - 1);
    }
  }
}
