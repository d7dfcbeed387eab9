/**
 * The cell of a batch: four words through which host and worker agree on what becomes of its tasks, without a message.
 *
 * | word   | what it says                                            | the host writes            | the worker writes     |
 * | ------ | ------------------------------------------------------- | -------------------------- | --------------------- |
 * | CLAIM  | low half: the next offset to claim; high half: the end  | all at first; then the end | the next offset       |
 * | DONE   | how many tasks have ended                               | 0 at first                 | the count, rising     |
 * | BEGUN  | when the batch was begun, in ms of the clock; -1 before | -1 at first                | once                  |
 * | SIGNAL | 0, ASKED: its only task listens, LATE: its time is up   | 0 at first; LATE           | ASKED, only in place of 0 |
 *
 * - The host writes the first values before it posts the batch, and reuses a cell only for the next batch once the last reply
 *   of the one before is here: the worker touches the cell of no batch but those it has.
 * - Next offset and end share a word, so that one compare-and-exchange decides who has a task: what the worker has claimed,
 *   the host cannot take back; what the host has taken back, the worker never begins. Two words would need a lock.
 * - The next offset never falls, the end never rises, DONE never passes the next offset.
 * - The next offset may lie beyond the end: those tasks run on, cancelled. LATE is written before the end falls, so whoever
 *   sees that it has to stop sees why.
 * - A worker may write anything (it runs the code of others): the host clamps what it reads, and never waits for a word.
 *
 * Where memory is not shared, each side has a cell of its own, and a message (CUT, ASK) brings what the other would have
 * written. All that the host then knows is that any task may have begun: its cell starts as if all had.
 */
import { clock } from '../primitives/clock.ts';

/** The words of a cell. */
export const CELL = 4;
export const CLAIM = 0;
export const DONE = 1;
export const BEGUN = 2;
export const SIGNAL = 3;
const ASKED = 1;
export const LATE = 2;
/** Cells of a worker: batches in flight to it never exceed this. */
export const SLOTS = 4;

export const nextOf = (claim: number): number => claim & 0xffff;
export const endOf = (claim: number): number => claim >>> 16;
export const claimOf = (next: number, end: number): number => (end << 16) | next;

/** The words of one cell. */
const wordsOf = (cells: Int32Array, slot: number): Int32Array => cells.subarray(slot * CELL, (slot + 1) * CELL);

/** The host's side: made for each batch before that is posted. */
export class HostCell {
  /** Whether the worker sees it. */
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

  /** How many tasks may have begun: exactly those that have, where memory is shared. */
  get claimed(): number {
    return Math.min(nextOf(Atomics.load(this.#words, CLAIM)), this.#count);
  }

  /** How many are known to have ended in the worker. */
  get done(): number {
    return Atomics.load(this.#words, DONE);
  }

  /** Milliseconds since the batch was begun in the worker; undefined before that, and where that is not known. */
  get age(): number | undefined {
    const begun = Atomics.load(this.#words, BEGUN);
    return begun < 0 ? undefined : (clock() - begun) & 0x7fffffff;
  }

  /** Whether the only task has asked for its signal, and is not late. */
  get listens(): boolean {
    return Atomics.load(this.#words, SIGNAL) === ASKED;
  }

  /** Takes back what has not begun; what runs goes on. Returns the offset of the first that is taken back. */
  recall(): number {
    return this.#lower((begun) => begun);
  }

  /**
   * What has not begun of the tasks from `from` on never will, and what runs of them has to stop. Returns the offset from
   * which on nothing ever begins.
   */
  cancelFrom(from: number): number {
    return this.#lower(() => from);
  }

  /** The time of the only task is up. */
  timeOut(): void {
    Atomics.store(this.#words, SIGNAL, LATE);
    this.cancelFrom(0);
  }

  /** A message says that the task has asked for its signal. */
  asked(): void {
    Atomics.compareExchange(this.#words, SIGNAL, 0, ASKED);
  }

  /** Moves the end down to what `to` says for what has begun. */
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

/** The worker's side of the same cell. */
export class WorkerCell {
  /** Whether the host sees it. */
  readonly shared: boolean;
  readonly #words: Int32Array;

  constructor(cells: Int32Array | undefined, slot: number, count: number) {
    this.shared = cells !== undefined && slot >= 0;
    this.#words = this.shared ? wordsOf(cells!, slot) : Int32Array.of(claimOf(0, count), 0, -1, 0);
  }

  /** The turn of the batch has come. */
  open(): void {
    Atomics.store(this.#words, BEGUN, clock());
  }

  /** The next task to run, which the host cannot take back from now on; -1: none. */
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

  /** So many tasks have ended. */
  done(count: number): void {
    Atomics.store(this.#words, DONE, count);
  }

  /** Whether the task at `offset` must not run on: its place lies beyond the end. */
  stopped(offset: number): boolean {
    return offset >= endOf(Atomics.load(this.#words, CLAIM));
  }

  /** Whether that is because its time is up. */
  get late(): boolean {
    return Atomics.load(this.#words, SIGNAL) === LATE;
  }

  /** The only task asks for its signal. One that is late stays late. */
  ask(): void {
    Atomics.compareExchange(this.#words, SIGNAL, 0, ASKED);
  }

  /** A message says where the end is now, and whether the time of the task is up. A shared cell says so already. */
  cut(end: number, late: boolean): void {
    if (this.shared) return;
    const claim = this.#words[CLAIM]!;
    this.#words[CLAIM] = claimOf(nextOf(claim), Math.min(endOf(claim), end));
    if (late) this.#words[SIGNAL] = LATE;
  }
}
