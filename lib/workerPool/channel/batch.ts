/** Tasks that travel in one message, and what is known of how far the worker has come with them. */
import { type Timer, clearTimeout, clock } from '../../primitives/clock.ts';
import type { Task } from '../../pool/contract.ts';
import { largeBuffer, snapshot } from '../../protocol/snapshot.ts';
import {
  ASKED,
  BEGUN,
  CELL,
  CLAIM,
  DONE,
  LATE,
  RUN,
  type RunMessage,
  SIGNAL,
  claimOf,
  endOf,
  nextOf,
} from '../../protocol/messages.ts';
import type { WorkerAttachment } from './workerAttachment.ts';

let lastId = 0;

export class Batch {
  readonly id: number = ++lastId;
  readonly attachment: WorkerAttachment;
  /** Those whose outcome has come are gone from it. */
  readonly tasks: readonly Task[];
  /** Whether its input was moved to the worker, and is gone with it. */
  readonly moved: boolean;
  /** Which cell of the shared memory; -1 where there is none. */
  readonly cellIndex: number;
  readonly #cells: Int32Array | undefined;
  /** Outcomes that have come. */
  reported = 0;
  /** Milliseconds that these took. */
  spent = 0;
  /** Tasks from here on have been taken back. */
  end: number;
  /** Tasks from here on are cancelled: whatever becomes of them, nobody waits for it. */
  cancelledFrom: number = Infinity;
  /** Runs while a deadline is set: the task's own, or that of its cancellation. */
  timer: Timer | undefined;
  /** When it was sent, in ms since the epoch; known only where somebody listens. */
  sent: number = -Infinity;
  /** Whether it runs on notice, having been cancelled. */
  noticed = false;
  /** Whether its task, the only one, has asked for its signal, as far as a message has told. */
  asked = false;
  /** Whether its task has failed for its time was up, though it has not ended. */
  late = false;
  /** Whether it has left its worker: nothing more comes of it. */
  over = false;
  /** Tasks whose beginning has been told to whoever listens; a worker tells of some only, and of the others at their end. */
  told: Set<number> | undefined;
  /** How far the worker was when it was last looked at. */
  seen = -1;

  constructor(attachment: WorkerAttachment, tasks: readonly Task[], cellIndex: number, cells: Int32Array | undefined) {
    this.attachment = attachment;
    this.tasks = tasks;
    this.moved = tasks[0]!.transfer !== undefined;
    this.end = tasks.length;
    this.cellIndex = cellIndex;
    this.#cells = cells;
    if (cells === undefined) return;
    const at = cellIndex * CELL;
    Atomics.store(cells, at + DONE, 0);
    Atomics.store(cells, at + BEGUN, -1);
    Atomics.store(cells, at + SIGNAL, 0);
    Atomics.store(cells, at + CLAIM, claimOf(0, tasks.length));
  }

  /** Whether the worker tells what it has begun; otherwise all that is not reported may have been. */
  get shared(): boolean {
    return this.#cells !== undefined;
  }

  /** How many tasks the worker has begun. */
  get claimed(): number {
    if (this.#cells === undefined) return this.end;
    // Whatever the worker has written there.
    return Math.min(nextOf(Atomics.load(this.#cells, this.cellIndex * CELL + CLAIM)), this.tasks.length);
  }

  /** How many have ended in the worker, reported or not. */
  get done(): number {
    return this.#cells === undefined ? this.reported : Atomics.load(this.#cells, this.cellIndex * CELL + DONE);
  }

  /** Whether all of it has ended, as far as can be known. */
  get ended(): boolean {
    return !this.shared || this.done >= this.end;
  }

  /** Milliseconds since the batch was begun in the worker; undefined before that. */
  get age(): number | undefined {
    const begun = this.#cells === undefined ? -1 : Atomics.load(this.#cells, this.cellIndex * CELL + BEGUN);
    return begun < 0 ? undefined : (clock() - begun) & 0x7fffffff;
  }

  /** The task at `offset`, whose outcome is here. A long message is not to keep inputs alive that nothing needs. */
  release(offset: number): Task {
    const tasks = this.tasks as (Task | undefined)[];
    const task = tasks[offset]!;
    tasks[offset] = undefined;
    return task;
  }

  /** Where in it the stream's tasks from `seq` on begin; -1: nowhere. */
  offsetOf(seq: number): number {
    return this.tasks.findIndex((task, offset) => offset >= this.reported && task.seq >= seq);
  }

  finish(): void {
    this.over = true;
    clearTimeout(this.timer);
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
    return this.shared && !this.moved && !this.cancelled && this.claimed < this.end;
  }

  /** Whether anybody waits for anything in it: not where the rest is cancelled, or was taken back. */
  get wanted(): boolean {
    return this.reported < Math.min(this.cancelledFrom, this.end);
  }

  /** Takes back what has not begun; what runs goes on. */
  recall(): readonly Task[] {
    return this.#cut((begun) => begun);
  }

  /** Cancels from `from` on: what has not begun never will, what runs sees that it lies beyond the end. */
  cancel(from: number): void {
    this.cancelledFrom = from;
    this.#cut(() => from);
  }

  /** Whether its task, the only one, listens when it has to stop. */
  get listens(): boolean {
    const at = this.cellIndex * CELL + SIGNAL;
    return this.asked || (this.#cells !== undefined && Atomics.load(this.#cells, at) === ASKED);
  }

  /** The time of its task, the only one, is up. */
  timeOut(): void {
    this.late = true;
    if (this.#cells !== undefined) Atomics.store(this.#cells, this.cellIndex * CELL + SIGNAL, LATE);
    this.cancel(0);
  }

  /** Moves the end down to where `to` says, given how many have begun; returns what thereby never begins. */
  #cut(to: (begun: number) => number): readonly Task[] {
    if (this.#cells === undefined) return [];
    const at = this.cellIndex * CELL + CLAIM;
    for (;;) {
      const claim = Atomics.load(this.#cells, at);
      const begun = nextOf(claim);
      const end = Math.min(endOf(claim), to(begun));
      if (Atomics.compareExchange(this.#cells, at, claim, claimOf(begun, end)) !== claim) continue;
      const start = Math.min(Math.max(begun, end), this.end);
      const taken = this.tasks.slice(start, this.end);
      this.end = start;
      return taken;
    }
  }

  /** The message that carries it, and what moves with that. */
  message(timed: boolean): { message: RunMessage; transfer: readonly unknown[] } {
    const { tasks } = this;
    const first = tasks[0]!;
    const count = tasks.length;
    let args: unknown[] | Float64Array = [];
    let sameMethod = true;
    let sameArity = true;
    let inRow = true;
    let numbers = true;
    const copied: ArrayBuffer[] = [];
    for (let at = 0; at < count; at++) {
      const task = tasks[at]!;
      sameMethod &&= task.method === first.method;
      sameArity &&= task.args.length === first.args.length;
      inRow &&= task.index === first.index + at;
      for (const arg of task.args) {
        numbers &&= typeof arg === 'number';
        // The task keeps its own for when it has to be sent again.
        const alone = typeof arg === 'object' && task.args.length === 1 && task.transfer === undefined;
        const large = alone ? largeBuffer(arg) : undefined;
        const sent = large === undefined ? arg : snapshot(arg);
        if (large !== undefined) copied.push(largeBuffer(sent)!);
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
      timed,
    };
    return { message, transfer };
  }
}
