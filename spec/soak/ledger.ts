/** What the host and the workers of a round both see: who runs what now, and how often each task was begun. */
import { threadId } from 'node:worker_threads';

/** What crosses to a worker; `Ledger` reads and writes it on both sides. */
export interface Book {
  readonly cells: Int32Array;
  /** Threads of the round are numbered from here. */
  readonly base: number;
  /** Where each stream's tasks start. */
  readonly offsets: readonly number[];
  /** How many keys each stream has, and where they start. */
  readonly keys: readonly (number | undefined)[];
  readonly keyOffsets: readonly number[];
}

/** Most threads in a round. */
const SLOTS = 4096;
const EPOCH = 0;
const TOP = 1;
const HEAD = 2;
/** In a slot: nothing runs; or stream n does, as n + 1; or its worker is gone. */
const FREE = 0;
const GONE = -1;
/** A task's cells. */
const STARTS = 0;
const RUNNER = 1;
const BEGAN = 2;
const WRONG = 3;
/** How many values it has given. */
const GIVEN = 4;
const CELLS = 5;
/** How a task was begun that should not have been. */
const TWICE = 1;
const AFTER_DEATH = 2;
const BESIDE = 3;
export const UNPREPARED = 4;
export const TORN_DOWN = 5;
export const UNKEPT = 6;
const WRONGS: Readonly<Record<number, string>> = {
  [BESIDE]: 'was begun beside another of its key',
  [UNPREPARED]: 'was begun in a worker that had not been set up, or more than once',
  [TORN_DOWN]: 'was begun in a worker that had been torn down',
  [UNKEPT]: 'was begun in a worker that had not made the calls that are kept for each',
};

export class Ledger {
  readonly book: Book;
  readonly #cells: Int32Array;
  readonly #mine: number;

  constructor(book: Book) {
    this.book = book;
    this.#cells = book.cells;
    this.#mine = HEAD + (threadId === 0 ? 0 : threadId - book.base);
  }

  static open(base: number, counts: readonly number[], keys: readonly (number | undefined)[]): Ledger {
    const start = HEAD + SLOTS + counts.length;
    const offsets: number[] = [];
    const keyOffsets: number[] = [];
    let length = start;
    for (const [stream, count] of counts.entries()) {
      offsets.push(length);
      length += count * CELLS;
      keyOffsets.push(length);
      length += keys[stream] ?? 0;
    }
    const cells = new Int32Array(new SharedArrayBuffer(4 * Math.max(length, start + 1)));
    return new Ledger({ cells, base, offsets, keys, keyOffsets });
  }

  /** In the worker: a task starts. Returns which run of it this is, from 1. */
  begin(stream: number, index: number): number {
    const cells = this.#cells;
    const task = this.#task(stream, index);
    const run = Atomics.add(cells, task + STARTS, 1) + 1;
    const before = Atomics.exchange(cells, task + RUNNER, this.#mine);
    const alive = Atomics.load(cells, this.#mine) !== GONE;
    if (!alive) Atomics.store(cells, task + WRONG, AFTER_DEATH);
    else if (run > 1 && Atomics.load(cells, before) !== GONE) Atomics.store(cells, task + WRONG, TWICE);
    const key = this.#key(stream, index);
    if (key !== undefined) {
      const other = Atomics.exchange(cells, key, this.#mine);
      if (other !== 0 && alive && Atomics.load(cells, other) !== GONE) Atomics.store(cells, task + WRONG, BESIDE);
    }
    Atomics.store(cells, task + GIVEN, 0);
    Atomics.store(cells, task + BEGAN, Date.now() & 0x7fffffff);
    // Before the slot is taken: a count that runs meanwhile and sees the slot sees this, too, and starts again.
    Atomics.add(cells, EPOCH, 1);
    Atomics.compareExchange(cells, this.#mine, FREE, stream + 1);
    this.#count(stream);
    return run;
  }

  /** In the worker: what it ran has ended. */
  end(stream: number, index: number): void {
    const key = this.#key(stream, index);
    if (key !== undefined) Atomics.compareExchange(this.#cells, key, this.#mine, 0);
    Atomics.compareExchange(this.#cells, this.#mine, stream + 1, FREE);
  }

  /** In the worker: the task should not have begun here. */
  blame(stream: number, index: number, wrong: number): void {
    Atomics.store(this.#cells, this.#task(stream, index) + WRONG, wrong);
  }

  /** In the worker: it gives a value, of many. */
  gives(stream: number, index: number): void {
    Atomics.add(this.#cells, this.#task(stream, index) + GIVEN, 1);
  }

  given(stream: number, index: number): number {
    return Atomics.load(this.#cells, this.#task(stream, index) + GIVEN);
  }

  /** On the host: this thread is gone, or will be, by the library's own hand. */
  gone(thread: number): void {
    const slot = thread - this.book.base;
    if (slot > 0 && slot < SLOTS) Atomics.store(this.#cells, HEAD + slot, GONE);
  }

  /** Most workers in which this stream was at once. */
  most(stream: number): number {
    return this.#cells[HEAD + SLOTS + stream]!;
  }

  starts(stream: number, index: number): number {
    return this.#cells[this.#task(stream, index) + STARTS]!;
  }

  /** Milliseconds since the task was last begun. */
  age(stream: number, index: number): number {
    return (Date.now() - this.#cells[this.#task(stream, index) + BEGAN]!) & 0x7fffffff;
  }

  /** What is wrong with how the task was begun; where it is `retried`, it may be begun again wherever it was. */
  wrong(stream: number, index: number, retried: boolean): string | undefined {
    const wrong = this.#cells[this.#task(stream, index) + WRONG]!;
    if (wrong in WRONGS) return WRONGS[wrong];
    if (wrong === TWICE && !retried) return 'was begun again although the worker that had begun it lived';
    if (wrong === AFTER_DEATH && this.starts(stream, index) > 1)
      return 'was begun by a worker that had been given up, and by another';
    return undefined;
  }

  /** Where it says which worker is at its key. */
  #key(stream: number, index: number): number | undefined {
    const keys = this.book.keys[stream];
    return keys === undefined ? undefined : this.book.keyOffsets[stream]! + (index % keys);
  }

  #task(stream: number, index: number): number {
    return this.book.offsets[stream]! + index * CELLS;
  }

  /** Counts the workers that run this stream; again if one has begun meanwhile. */
  #count(stream: number): void {
    const cells = this.#cells;
    for (let top = Atomics.load(cells, TOP); top <= this.#mine; top = Atomics.load(cells, TOP))
      Atomics.compareExchange(cells, TOP, top, this.#mine + 1);
    for (let attempt = 0; attempt < 20; attempt++) {
      const epoch = Atomics.load(cells, EPOCH);
      const top = Atomics.load(cells, TOP);
      let running = 0;
      for (let slot = HEAD; slot < top; slot++) if (Atomics.load(cells, slot) === stream + 1) running++;
      if (Atomics.load(cells, EPOCH) !== epoch) continue;
      const at = HEAD + SLOTS + stream;
      for (let most = Atomics.load(cells, at); most < running; most = Atomics.load(cells, at))
        Atomics.compareExchange(cells, at, most, running);
      return;
    }
  }
}
