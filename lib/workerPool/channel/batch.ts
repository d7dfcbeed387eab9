/** Tasks that travel in one message, and what is known of how far the worker has come with them. */
import { type Timer, clearTimeout, setTimeout } from '../../primitives/clock.ts';
import type { Task } from '../../pool/contract.ts';
import { HostCell } from '../../protocol/batchCell.ts';
import { cut, largeBuffer, snapshot } from '../../protocol/snapshot.ts';
import { RUN, type RunMessage } from '../../protocol/messages.ts';
import type { WorkerAttachment } from './workerAttachment.ts';

let lastId = 0;

export class Batch {
  readonly id: number = ++lastId;
  readonly attachment: WorkerAttachment;
  /** Those whose outcome has come are gone from it. */
  readonly tasks: readonly (Task | undefined)[];
  /** Whether its input was moved to the worker, and is gone with it. */
  readonly moved: boolean;
  /** Which cell of the shared memory; -1 where there is none. */
  readonly cellIndex: number;
  /** When it was sent, in ms since the epoch; known only where somebody listens. */
  readonly sent: number;
  /** The same on the monotonic clock. */
  posted = 0;
  /** What the worker has come to in it. */
  readonly cell: HostCell;
  /** Tasks from here on have been taken back. */
  end: number;
  /** Tasks from here on are cancelled: whatever becomes of them, nobody waits for it. */
  cancelledFrom: number = Infinity;
  /** Whether its task has failed for its time was up, though it has not ended. */
  late = false;
  /** What waits for its task to have ended: the failure of one that is late, of whose key another would begin beside it. */
  #afterwards: (() => void) | undefined;
  /** How many values of its task have come, where that gives many. */
  received = 0;
  /** Whether it has left its worker: nothing more comes of it. */
  over = false;
  /** Outcomes that have come. */
  reported = 0;
  /** Milliseconds that these took. */
  spent = 0;
  /** Runs while a deadline is set: the task's own, or that of its cancellation. */
  #timer: Timer | undefined;
  /** Whether it runs on notice, having been cancelled. */
  #noticed = false;
  /** Tasks whose beginning was told as an event before their end: a worker tells of some only. */
  #started: Set<number> | undefined;
  /** The others, whose beginning is told with their end, have been told of up to here: they end in turn. */
  #startedTo = 0;
  /** How far the worker was when it was last looked at. */
  #seen = -1;

  constructor(
    attachment: WorkerAttachment,
    tasks: readonly Task[],
    cellIndex: number,
    cells: Int32Array | undefined,
    sent: number = -Infinity,
  ) {
    this.attachment = attachment;
    this.tasks = tasks;
    this.moved = tasks[0]!.transfer !== undefined;
    this.end = tasks.length;
    this.cellIndex = cellIndex;
    this.sent = sent;
    this.cell = new HostCell(cells, cellIndex, tasks.length);
  }

  /** Whether the worker tells what it has begun; otherwise all that is not reported may have been. */
  get shared(): boolean {
    return this.cell.shared;
  }

  /** How many tasks the worker has begun. */
  get claimed(): number {
    return this.cell.claimed;
  }

  /** Whether all of it has ended, as far as can be known. */
  get ended(): boolean {
    return !this.shared || this.cell.done >= this.end;
  }

  /** The outcomes before `to` have come; those that are new took `ms`. */
  report(to: number, ms: number = 0): void {
    this.reported = to;
    this.spent += ms;
  }

  /** The task at `offset`, whose outcome is here. A long message is not to keep inputs alive that nothing needs. */
  release(offset: number): Task {
    const tasks = this.tasks as (Task | undefined)[];
    const task = tasks[offset]!;
    tasks[offset] = undefined;
    return task;
  }

  /** The tasks from `from` on that have not been taken back. No outcome of theirs has come. */
  rest(from: number): Task[] {
    return this.tasks.slice(from, this.end) as Task[];
  }

  /** Where in it the stream's tasks from `seq` on begin; -1: nowhere. */
  offsetOf(seq: number): number {
    return this.tasks.findIndex((task, offset) => offset >= this.reported && task!.seq >= seq);
  }

  /** Whether the worker has begun some of it since this was last asked. */
  advanced(): boolean {
    const before = this.#seen;
    this.#seen = this.claimed;
    return this.#seen !== before;
  }

  /** Whether the beginning of that task, which ends or goes on, is still to be told; from now on it is not. */
  markStarted(offset: number, ends: boolean): boolean {
    if (offset < this.#startedTo || this.#started?.has(offset) === true) return false;
    if (ends) this.#startedTo = offset + 1;
    else (this.#started ??= new Set()).add(offset);
    return true;
  }

  /** Calls `expire` in `ms`, unless it is over by then. */
  setDeadline(expire: () => void, ms: number): Timer {
    return (this.#timer = setTimeout(expire, ms));
  }

  /** Whether it is cancelled, and has not been given notice; from now on it has, and that is its only deadline. */
  beginNotice(): boolean {
    if (!this.cancelled || this.#noticed) return false;
    clearTimeout(this.#timer);
    return (this.#noticed = true);
  }

  finish(): void {
    this.over = true;
    clearTimeout(this.#timer);
    this.#afterwards?.();
    this.#afterwards = undefined;
  }

  /** Calls `act` when it is over. */
  afterwards(act: () => void): void {
    this.#afterwards = act;
  }

  /** Whether what has not come of it is cancelled. */
  get cancelled(): boolean {
    return this.cancelledFrom <= this.reported;
  }

  /** Whether all that was not taken back has come. */
  get empty(): boolean {
    return this.reported >= this.end;
  }

  /** Whether the worker has tasks of it that it has not begun, and another could take. */
  get spare(): boolean {
    return !this.moved && !this.cancelled && this.claimed < this.end;
  }

  /** Whether anybody waits for anything in it: not where the rest is cancelled, or was taken back. */
  get wanted(): boolean {
    return this.#afterwards !== undefined || this.reported < Math.min(this.cancelledFrom, this.end);
  }

  /** Takes back what has not begun; what runs goes on. */
  recall(): readonly Task[] {
    const from = this.cell.recall();
    const back = this.rest(from);
    this.end = Math.min(this.end, from);
    return back;
  }

  /** Cancels from `from` on: what has not begun never will, what runs sees that it lies beyond the end. */
  cancel(from: number): void {
    this.cancelledFrom = from;
    this.end = Math.min(this.end, this.cell.cancelFrom(from));
  }

  /** The time of its task, the only one, is up. */
  timeOut(): void {
    this.late = true;
    this.cell.timeOut();
    this.cancel(0);
  }

  /** The message that carries it, and what moves with that. */
  message(timed: boolean): { message: RunMessage; transfer: readonly unknown[] } {
    const tasks = this.tasks as readonly Task[];
    const first = tasks[0]!;
    const count = tasks.length;
    let args: unknown[] | Float64Array = [];
    let sameMethod = true;
    let sameArity = true;
    let inRow = true;
    let numbers = true;
    let carries = false;
    const copied: ArrayBuffer[] = [];
    for (let at = 0; at < count; at++) {
      const task = tasks[at]!;
      sameMethod &&= task.method === first.method;
      sameArity &&= task.args.length === first.args.length;
      carries ||= task.carried !== undefined;
      inRow &&= task.index === first.index + at;
      for (const arg of task.args) {
        numbers &&= typeof arg === 'number';
        // The task keeps its own for when it has to be sent again.
        const alone = typeof arg === 'object' && task.args.length === 1 && task.transfer === undefined;
        const large = alone ? largeBuffer(arg) : undefined;
        const sent = large === undefined ? arg : snapshot(arg);
        // Of a call that was made before this pool was there, a view may not have been cut as yet.
        const moved = large === undefined ? undefined : largeBuffer(sent);
        if (moved !== undefined) copied.push(moved);
        args.push(sent);
      }
    }
    const transfer: unknown[] = first.transfer === undefined ? copied : [...first.transfer];
    // Numbers packed and moved cost 40 ns each, in a cloned array 175.
    if (numbers && args.length > 1) {
      args = new Float64Array(args as number[]);
      transfer.push(args.buffer);
    }
    const message: RunMessage = {
      type: RUN,
      id: this.id,
      cellIndex: this.cellIndex,
      count,
      method: sameMethod ? first.method : tasks.map((task) => task.method),
      arity: sameArity ? first.args.length : tasks.map((task) => task.args.length),
      args,
      index: inRow ? first.index : tasks.map((task) => task.index),
      carried: carries ? cut(tasks.map((task) => task.carried)) : undefined,
      timed,
      reports: timed || this.attachment.source.reports === true,
      buffer: this.attachment.source.buffer,
    };
    return { message, transfer };
  }
}
