/** A batch: the tasks of one message to a worker, and how far the worker is known to have come with them. */
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
  /** A task is removed (undefined) when its outcome has come. */
  readonly tasks: readonly (Task | undefined)[];
  /** Whether the input was moved to the worker, and is gone with that worker. */
  readonly moved: boolean;
  /** The index of the cell in the shared memory; -1: none. */
  readonly cellIndex: number;
  /** When the batch was sent, in ms since the epoch; known only where somebody listens to events. */
  readonly sent: number;
  /** The same on the monotonic clock; 0 until it is posted. */
  posted = 0;
  /** The cell, which says how far the worker has come. */
  readonly cell: HostCell;
  /** Tasks from this offset on have been recalled. */
  end: number;
  /** Tasks from this offset on are cancelled: their outcomes are ignored. */
  cancelledFrom: number = Infinity;
  /** Whether the time of its task, the only one, is up: the task has failed, and may still run. */
  late = false;
  /** Runs when the batch is over: the failure of a late task with a key, behind which the next of its key may begin. */
  #afterwards: (() => void) | undefined;
  /** How many values of its task have come, where tasks give many values. */
  received = 0;
  /** Whether the batch is removed from its queue: nothing more of it comes. */
  over = false;
  /** How many outcomes have come. */
  reported = 0;
  /** Milliseconds for which those tasks ran. */
  spent = 0;
  /** The deadline: that of the timeout, or that of the notice. */
  #timer: Timer | undefined;
  /** Whether the batch, which is cancelled, has been given notice. */
  #noticed = false;
  /** Tasks whose start was emitted as an event before their end: a worker reports only some starts at the time. */
  #started: Set<number> | undefined;
  /** Tasks before this offset have ended, and their starts are emitted: tasks end in order. */
  #startedTo = 0;
  /** How many tasks were claimed when `advanced` was last called. */
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

  /** Whether the host knows which tasks have begun; if not, every task that is not reported may have. */
  get shared(): boolean {
    return this.cell.shared;
  }

  /** How many tasks the worker has claimed, or may have, where memory is not shared. */
  get claimed(): number {
    return this.cell.claimed;
  }

  /** Whether all tasks have ended, or, where memory is not shared, may have. */
  get ended(): boolean {
    return !this.shared || this.cell.done >= this.end;
  }

  /** Notes that the outcomes before `to` have come; the new ones ran for `ms`. */
  report(to: number, ms: number = 0): void {
    this.reported = to;
    this.spent += ms;
  }

  /** Removes and returns the task at `offset`, whose outcome has come: a long message must not keep inputs alive. */
  release(offset: number): Task {
    const tasks = this.tasks as (Task | undefined)[];
    const task = tasks[offset]!;
    tasks[offset] = undefined;
    return task;
  }

  /** The tasks from `from` on that were not recalled; their outcomes must not have come. */
  rest(from: number): Task[] {
    return this.tasks.slice(from, this.end) as Task[];
  }

  /** The offset of the first unreported task from `seq` on; -1: none. */
  offsetOf(seq: number): number {
    return this.tasks.findIndex((task, offset) => offset >= this.reported && task!.seq >= seq);
  }

  /** Whether the worker has claimed a task since the last call. */
  advanced(): boolean {
    const before = this.#seen;
    this.#seen = this.claimed;
    return this.#seen !== before;
  }

  /** Whether the start of this task is still to be emitted; marks it as emitted. `ends`: whether the task ends now. */
  markStarted(offset: number, ends: boolean): boolean {
    if (offset < this.#startedTo || this.#started?.has(offset) === true) return false;
    if (ends) this.#startedTo = offset + 1;
    else (this.#started ??= new Set()).add(offset);
    return true;
  }

  /** Calls `expire` in `ms`, unless the batch is over by then. */
  setDeadline(expire: () => void, ms: number): Timer {
    return (this.#timer = setTimeout(expire, ms));
  }

  /** Whether the batch is cancelled and gets its notice now, once; the deadline of the timeout then no longer counts. */
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

  /** Calls `act` when the batch is over. */
  afterwards(act: () => void): void {
    this.#afterwards = act;
  }

  /** Whether all tasks without an outcome are cancelled. */
  get cancelled(): boolean {
    return this.cancelledFrom <= this.reported;
  }

  /** Whether the outcomes of all tasks that were not recalled have come. */
  get empty(): boolean {
    return this.reported >= this.end;
  }

  /** Whether the worker has unclaimed tasks of this batch that another worker could run. */
  get spare(): boolean {
    return !this.moved && !this.cancelled && this.claimed < this.end;
  }

  /** Whether somebody waits for an outcome of this batch: not if all remaining tasks are cancelled or were recalled. */
  get wanted(): boolean {
    return this.#afterwards !== undefined || this.reported < Math.min(this.cancelledFrom, this.end);
  }

  /** Recalls the tasks that have not begun, and returns them; the running task goes on. */
  recall(): readonly Task[] {
    const from = this.cell.recall();
    const back = this.rest(from);
    this.end = Math.min(this.end, from);
    return back;
  }

  /** Cancels from `from` on: tasks that have not begun never will, and a running one sees that it lies beyond the end. */
  cancel(from: number): void {
    this.cancelledFrom = from;
    this.end = Math.min(this.end, this.cell.cancelFrom(from));
  }

  /** Marks its task, the only one, as late. */
  timeOut(): void {
    this.late = true;
    this.cell.timeOut();
    this.cancel(0);
  }

  /** The message that carries the batch, and the objects that are moved with it. */
  message(): { message: RunMessage; transfer: readonly unknown[] } {
    const tasks = this.tasks as readonly Task[];
    const first = tasks[0]!;
    const count = tasks.length;
    const timed = this.sent !== -Infinity;
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
        // A large buffer is copied to be moved: the task keeps its own, in case it is sent again.
        const alone = typeof arg === 'object' && task.args.length === 1 && task.transfer === undefined;
        const large = alone ? largeBuffer(arg) : undefined;
        const sent = large === undefined ? arg : snapshot(arg);
        // A call that was described while the code of this pool was being fetched may have views that are not cut yet.
        const moved = large === undefined ? undefined : largeBuffer(sent);
        if (moved !== undefined) copied.push(moved);
        args.push(sent);
      }
    }
    const transfer: unknown[] = this.moved ? tasks.flatMap((task) => task.transfer!) : copied;
    // Numbers cost 40 ns each where they are packed and moved, and 175 in a cloned array.
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
