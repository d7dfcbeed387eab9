/** The recording of a pool: its workers, and the first and the last of its tasks, so that memory is bounded. */
import type { PoolEvent } from '../api/types/pool.ts';
import { type TaskSpan, TaskTable } from './taskTable.ts';

type TaskStart = Extract<PoolEvent, { type: 'task:start' }>;
type TaskEnd = Extract<PoolEvent, { type: 'task:end' }>;

/** The time from the start of a worker to its exit. */
export interface WorkerSpan {
  readonly worker: number;
  readonly start: number;
  end: number | undefined;
}

export class Recording {
  readonly began: number;
  readonly workers: WorkerSpan[] = [];
  readonly #most: number;
  readonly #table: TaskTable;
  readonly #running = new Map<number, TaskStart[]>();
  /** Streams whose emissions are recorded. */
  readonly #watched = new Set<number>();

  /** `most`: how many of the first tasks are kept, and as many of the last. */
  constructor(most: number, began: number) {
    this.#most = most;
    this.#table = new TaskTable(most);
    this.began = began;
  }

  /** How many tasks have ended and were not kept. */
  get leftOut(): number {
    return this.#table.count - this.#table.size;
  }

  /** The tasks that are kept, in the order in which they ended. */
  get tasks(): readonly TaskSpan[] {
    return this.#table.spans();
  }

  /** Records the emissions of a stream; the function returned is to be called with each: the index of the task, and the time. */
  watch(stream: number): (index: number, time: number) => void {
    this.#watched.add(stream);
    let emitted = 0;
    return (index, time) => this.#table.emit(stream, index, time, emitted++);
  }

  record(event: PoolEvent): void {
    if (event.type === 'task:start') return this.#start(event);
    if (event.type === 'task:end') return this.#end(event);
    if (event.type === 'worker:start') this.#up(event.worker, event.time);
    else if (event.type === 'worker:exit') this.#exit(event.worker, event.time);
  }

  #start(event: TaskStart): void {
    const running = this.#running.get(event.worker);
    if (running === undefined) this.#running.set(event.worker, [event]);
    else running.push(event);
  }

  #end({ index, method, outcome, stream, time, worker }: TaskEnd): void {
    const running = this.#running.get(worker) ?? [];
    // From the youngest on: mostly there is only one.
    let at = running.length - 1;
    while (at >= 0 && (running[at]!.index !== index || running[at]!.stream !== stream)) at--;
    // It had begun before the recording.
    if (at < 0) return;
    const { time: start } = running[at]!;
    if (at === running.length - 1) running.pop();
    else running.splice(at, 1);
    const row = this.#table.next;
    // The row is that of an older task, which is not kept.
    if (this.#table.size === 2 * this.#most) this.#table.release(row);
    this.#table.add(worker, stream, index, method, start, time, outcome);
    if (this.#watched.has(stream)) this.#table.hold(row);
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
