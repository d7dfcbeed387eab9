/** What is known of the tasks of a pool: the first and the last of them, so that memory is bounded. */
import type { PoolEvent } from '../api/pool.ts';

type TaskEnd = Extract<PoolEvent, { type: 'task:end' }>;

/** A task that has run. Times are in ms since the epoch. */
export interface TaskSpan {
  readonly worker: number;
  readonly stream: number;
  readonly index: number;
  readonly method: string;
  readonly start: number;
  end: number;
  outcome: TaskEnd['outcome'];
  /** When its result was emitted, and as which of its stream; undefined: not yet, or of a call. */
  emitted: number | undefined;
  order: number | undefined;
}

/** A worker that was up from `start` on. */
export interface WorkerSpan {
  readonly worker: number;
  readonly start: number;
  end: number | undefined;
}

export class Recording {
  readonly began: number;
  readonly workers: WorkerSpan[] = [];
  /** Whether each result of a stream is told of when it is emitted. */
  readonly watched: Set<number> = new Set();
  readonly #first: TaskSpan[] = [];
  readonly #last: TaskSpan[] = [];
  /** Where in `#last` the oldest is, once that is full. */
  #oldest = 0;
  readonly #most: number;
  #count = 0;
  readonly #running = new Map<number, TaskSpan[]>();
  /** Those that are kept and whose results were not emitted, by stream and index. */
  readonly #held = new Map<number, Map<number, TaskSpan>>();
  readonly #emitted = new Map<number, number>();

  /** `most`: how many of the first tasks are kept, and how many of the last. */
  constructor(most: number, began: number) {
    this.#most = most;
    this.began = began;
  }

  /** How many tasks have ended that are not among `tasks`. */
  get leftOut(): number {
    return this.#count - this.#first.length - this.#last.length;
  }

  /** Those that are kept, in the order in which they ended. */
  get tasks(): readonly TaskSpan[] {
    return [...this.#first, ...this.#last.slice(this.#oldest), ...this.#last.slice(0, this.#oldest)];
  }

  hear(event: PoolEvent): void {
    if (event.type === 'task:start') return this.#start(event);
    if (event.type === 'task:end') return this.#end(event);
    if (event.type === 'worker:start') this.#up(event.worker, event.time);
    else if (event.type === 'worker:exit') this.#exit(event.worker, event.time);
  }

  /** The result of a task is emitted. */
  emit(stream: number, index: number, time: number): void {
    const order = this.#emitted.get(stream) ?? 0;
    this.#emitted.set(stream, order + 1);
    const held = this.#held.get(stream);
    const task = held?.get(index);
    if (task === undefined) return;
    held!.delete(index);
    task.emitted = time;
    task.order = order;
  }

  #start({ index, method, stream, time, worker }: Extract<PoolEvent, { type: 'task:start' }>): void {
    const task: TaskSpan = {
      worker,
      stream,
      index,
      method,
      start: time,
      end: time,
      outcome: 'value',
      emitted: undefined,
      order: undefined,
    };
    const running = this.#running.get(worker);
    if (running === undefined) this.#running.set(worker, [task]);
    else running.push(task);
  }

  #end({ index, outcome, stream, time, worker }: TaskEnd): void {
    const running = this.#running.get(worker) ?? [];
    const at = running.findIndex((each) => each.index === index && each.stream === stream);
    // It had begun before this was listening.
    if (at < 0) return;
    const task = running[at]!;
    if (running.length === 1) running.length = 0;
    else running.splice(at, 1);
    task.end = time;
    task.outcome = outcome;
    this.#keep(task);
    if (!this.watched.has(stream)) return;
    let held = this.#held.get(stream);
    if (held === undefined) this.#held.set(stream, (held = new Map()));
    held.set(index, task);
  }

  #keep(task: TaskSpan): void {
    this.#count++;
    if (this.#first.length < this.#most) this.#first.push(task);
    else if (this.#last.length < this.#most) this.#last.push(task);
    else {
      const { index, stream } = this.#last[this.#oldest]!;
      const held = this.#held.get(stream);
      if (held?.get(index) === this.#last[this.#oldest]) held!.delete(index);
      this.#last[this.#oldest] = task;
      this.#oldest = (this.#oldest + 1) % this.#most;
    }
  }

  #up(worker: number, start: number): void {
    if (this.workers.length < this.#most) this.workers.push({ worker, start, end: undefined });
  }

  #exit(worker: number, end: number): void {
    const found = this.workers.findLast((each) => each.worker === worker && each.end === undefined);
    if (found !== undefined) found.end = end;
    this.#running.delete(worker);
  }
}
