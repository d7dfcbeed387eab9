/**
 * The cell of a batch: four words of shared memory by which host and worker agree on its tasks without a message.
 *
 * | word   | meaning                                                 | the host writes            | the worker writes     |
 * | ------ | ------------------------------------------------------- | -------------------------- | --------------------- |
 * | CLAIM  | low half: the next offset to claim; high half: the end  | all at first; then the end | the next offset       |
 * | DONE   | how many tasks have ended                               | 0 at first                 | the count, rising     |
 * | BEGUN  | when the batch was begun, in ms of the clock; -1 before | -1 at first                | once                  |
 * | SIGNAL | 0, ASKED: its only task listens, LATE: its time is up   | 0 at first; LATE           | ASKED, only in place of 0 |
 *
 * - The host writes the initial values before it posts the batch, and reuses a cell only after the last reply of the batch that
 *   had it: a worker accesses only the cells of batches that it has.
 * - The next offset and the end share a word, so that one compare-and-exchange decides who has a task: the host cannot recall
 *   what the worker has claimed, and the worker never begins what the host has recalled. Two words would need a lock.
 * - The next offset never falls, the end never rises, and DONE never passes the next offset.
 * - The next offset may lie beyond the end: the tasks between are cancelled, and run on. LATE is written before the end falls, so
 *   that a task which sees that it has to stop also sees why.
 * - A worker may write anything, as it runs the code of others: the host clamps what it reads, and never waits for a word.
 *
 * Where memory is not shared each side has its own cell, and messages (CANCEL, ASK) bring what the other side would have
 * written. The host then knows only that any task may have begun: its cell starts as if all had.
 */
import { clock } from '../primitives/clock.ts';

/** The number of words in a cell. */
export const CELL = 4;
export const CLAIM = 0;
export const DONE = 1;
export const BEGUN = 2;
export const SIGNAL = 3;
const ASKED = 1;
export const LATE = 2;
/** The number of cells of a worker, more than it ever has batches. */
export const SLOTS = 4;

export const nextOf = (claim: number): number => claim & 0xffff;
export const endOf = (claim: number): number => claim >>> 16;
export const claimOf = (next: number, end: number): number => (end << 16) | next;

/** The words of one cell. */
const wordsOf = (cells: Int32Array, slot: number): Int32Array => cells.subarray(slot * CELL, (slot + 1) * CELL);

/** The host's side of a cell, created before the batch is posted. */
export class HostCell {
  /** Whether the worker shares the cell. */
  readonly shared: boolean;
  readonly #words: Int32Array;
  readonly #count: number;

  constructor(cells: Int32Array | undefined, slot: number, count: number) {
    this.shared = cells !== undefined;
    this.#count = count;
    const words = cells === undefined ? new Int32Array(CELL) : wordsOf(cells, slot);
    this.#words = words;
    Atomics.store(words, DONE, 0);
    Atomics.store(words, BEGUN, -1);
    Atomics.store(words, SIGNAL, 0);
    Atomics.store(words, CLAIM, claimOf(this.shared ? 0 : count, count));
  }

  /** How many tasks the worker has claimed; all, where memory is not shared. */
  get claimed(): number {
    return Math.min(nextOf(Atomics.load(this.#words, CLAIM)), this.#count);
  }

  /** How many tasks are known to have ended in the worker. */
  get done(): number {
    return Atomics.load(this.#words, DONE);
  }

  /** Milliseconds since the batch began in the worker; undefined before that, and where it is not known. */
  get age(): number | undefined {
    const begun = Atomics.load(this.#words, BEGUN);
    return begun < 0 ? undefined : (clock() - begun) & 0x7fffffff;
  }

  /** Whether the only task has asked for its signal, and is not late. */
  get listens(): boolean {
    return Atomics.load(this.#words, SIGNAL) === ASKED;
  }

  /** Recalls the tasks that are not claimed. Returns the offset of the first recalled task. */
  recall(): number {
    return this.#lower((begun) => begun);
  }

  /**
   * Cancels the tasks from `from` on: those that are not claimed never begin, and a running one has to stop. Returns the offset
   * from which on no task ever begins.
   */
  cancelFrom(from: number): number {
    return this.#lower(() => from);
  }

  /** Marks the only task as late, and cancels it. */
  timeOut(): void {
    Atomics.store(this.#words, SIGNAL, LATE);
    this.cancelFrom(0);
  }

  /** Notes a message that the task has asked for its signal. */
  asked(): void {
    Atomics.compareExchange(this.#words, SIGNAL, 0, ASKED);
  }

  /** Lowers the end to the offset that `to` returns for the next offset to claim. */
  #lower(to: (begun: number) => number): number {
    for (;;) {
      const claim = Atomics.load(this.#words, CLAIM);
      const begun = nextOf(claim);
      const end = Math.min(endOf(claim), to(begun));
      if (Atomics.compareExchange(this.#words, CLAIM, claim, claimOf(begun, end)) === claim)
        return Math.max(begun, end);
    }
  }
}

/** The worker's side of a cell. */
export class WorkerCell {
  /** Whether the host shares the cell. */
  readonly shared: boolean;
  readonly #words: Int32Array;

  constructor(cells: Int32Array | undefined, slot: number, count: number) {
    this.shared = cells !== undefined && slot >= 0;
    this.#words = this.shared ? wordsOf(cells!, slot) : Int32Array.of(claimOf(0, count), 0, -1, 0);
  }

  /** Notes that the batch begins. */
  open(): void {
    Atomics.store(this.#words, BEGUN, clock());
  }

  /** Claims the next task to run, which the host can then no longer recall; -1: none. */
  claim(): number {
    for (;;) {
      const claim = Atomics.load(this.#words, CLAIM);
      const next = nextOf(claim);
      if (next >= endOf(claim)) return -1;
      if (Atomics.compareExchange(this.#words, CLAIM, claim, claim + 1) === claim) return next;
    }
  }

  /** Whether there may be a task to claim. */
  get more(): boolean {
    return !this.stopped(nextOf(Atomics.load(this.#words, CLAIM)));
  }

  /** Notes that `count` tasks have ended. */
  done(count: number): void {
    Atomics.store(this.#words, DONE, count);
  }

  /** Whether the task at `offset` has to stop, because it lies beyond the end. */
  stopped(offset: number): boolean {
    return offset >= endOf(Atomics.load(this.#words, CLAIM));
  }

  /** Whether the only task has to stop because its time is up. */
  get late(): boolean {
    return Atomics.load(this.#words, SIGNAL) === LATE;
  }

  /** Notes that the only task has asked for its signal; a late task stays late. */
  ask(): void {
    Atomics.compareExchange(this.#words, SIGNAL, 0, ASKED);
  }

  /** Applies a message with the new end, and whether the task is late. Nothing to do for a shared cell. */
  cut(end: number, late: boolean): void {
    if (this.shared) return;
    const claim = this.#words[CLAIM]!;
    this.#words[CLAIM] = claimOf(nextOf(claim), Math.min(endOf(claim), end));
    if (late) this.#words[SIGNAL] = LATE;
  }
}
