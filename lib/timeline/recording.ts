/** What is known of the tasks of a pool: the first and the last of them, so that memory is bounded. */
import type { PoolEvent } from '../api/pool.ts';
import { type TaskSpan, TaskTable } from './taskTable.ts';

type TaskStart = Extract<PoolEvent, { type: 'task:start' }>;
type TaskEnd = Extract<PoolEvent, { type: 'task:end' }>;

/** A worker that was up from `start` on. */
export interface WorkerSpan {
  readonly worker: number;
  readonly start: number;
  end: number | undefined;
}

/** A stream whose emissions are told. */
interface Watched {
  emitted: number;
  /** The rows of those that are kept and whose results were not emitted, by index. */
  readonly held: Map<number, number>;
}

export class Recording {
  readonly began: number;
  readonly workers: WorkerSpan[] = [];
  readonly #most: number;
  readonly #table: TaskTable;
  readonly #running = new Map<number, TaskStart[]>();
  readonly #watched = new Map<number, Watched>();

  /** `most`: how many of the first tasks are kept, and how many of the last. */
  constructor(most: number, began: number) {
    this.#most = most;
    this.#table = new TaskTable(most);
    this.began = began;
  }

  /** How many tasks have ended that are not among `tasks`. */
  get leftOut(): number {
    return this.#table.count - this.#table.size;
  }

  /** Those that are kept, in the order in which they ended. */
  get tasks(): readonly TaskSpan[] {
    return this.#table.spans();
  }

  /** Each result of a stream will be told of when it is emitted. */
  watch(stream: number): void {
    this.#watched.set(stream, { emitted: 0, held: new Map() });
  }

  hear(event: PoolEvent): void {
    if (event.type === 'task:start') return this.#start(event);
    if (event.type === 'task:end') return this.#end(event);
    if (event.type === 'worker:start') this.#up(event.worker, event.time);
    else if (event.type === 'worker:exit') this.#exit(event.worker, event.time);
  }

  /** The result of a task is emitted. */
  emit(stream: number, index: number, time: number): void {
    const watched = this.#watched.get(stream)!;
    const order = watched.emitted++;
    const row = watched.held.get(index);
    if (row === undefined) return;
    watched.held.delete(index);
    this.#table.emit(row, time, order);
  }

  #start(event: TaskStart): void {
    const running = this.#running.get(event.worker);
    if (running === undefined) this.#running.set(event.worker, [event]);
    else running.push(event);
  }

  #end({ index, method, outcome, stream, time, worker }: TaskEnd): void {
    const running = this.#running.get(worker) ?? [];
    // Most often it is the only one.
    let at = running.length - 1;
    while (at >= 0 && (running[at]!.index !== index || running[at]!.stream !== stream)) at--;
    // It had begun before this was listening.
    if (at < 0) return;
    const { time: start } = running[at]!;
    if (at === running.length - 1) running.pop();
    else running.splice(at, 1);
    const row = this.#table.next;
    if (this.#table.size === 2 * this.#most) this.#forget(row);
    this.#table.add(worker, stream, index, method, start, time, outcome);
    this.#watched.get(stream)?.held.set(index, row);
  }

  /** The task of a row makes place for another. */
  #forget(row: number): void {
    const held = this.#watched.get(this.#table.streamOf(row))?.held;
    const index = this.#table.indexOf(row);
    if (held?.get(index) === row) held.delete(index);
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
