/** The tasks of a recording, as numbers in typed arrays: as objects, the garbage collector would copy each of them. */

/** A task that has run. Times are in ms since the epoch. */
export interface TaskSpan {
  readonly worker: number;
  readonly stream: number;
  readonly index: number;
  readonly method: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: string;
  /** When its result was emitted, and as which of its stream; undefined: not yet, or of a call. */
  readonly emitted: number | undefined;
  readonly order: number | undefined;
}

/** The columns of a row: worker, stream, index, method, start, end, outcome, emitted, order, and the next row of its list. */
const WIDTH = 10;
const STREAM = 1;
const INDEX = 2;
const EMITTED = 7;
const ORDER = 8;
const NEXT = 9;
/** Rows of a block. A single array would be copied when it grows, which was a third of the cost of a task. A power of two. */
const BLOCK = 512;
/** Number of lists of held rows, chosen by index. A power of two. */
const LISTS = 4096;

export class TaskTable {
  readonly #most: number;
  readonly #blocks: Float64Array[] = [];
  /** The first row of each list; -1: none. */
  readonly #lists = new Int32Array(LISTS).fill(-1);
  readonly #names: string[] = [];
  /** How many tasks have been added. */
  count = 0;

  /** `most`: how many of the first tasks are kept, and how many of the last. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many tasks are kept. */
  get size(): number {
    return Math.min(this.count, 2 * this.#most);
  }

  /** The row of the next task: an empty one, or that of the oldest task that is not among the first. */
  get next(): number {
    const most = this.#most;
    return this.count < most ? this.count : most + ((this.count - most) % most);
  }

  add(
    worker: number,
    stream: number,
    index: number,
    method: string,
    start: number,
    end: number,
    outcome: string,
  ): void {
    const row = this.next;
    if (row === BLOCK * this.#blocks.length) this.#blocks.push(new Float64Array(WIDTH * BLOCK));
    const numbers = this.#blockOf(row);
    const at = placeOf(row);
    numbers[at] = worker;
    numbers[at + STREAM] = stream;
    numbers[at + INDEX] = index;
    numbers[at + 3] = this.#numberOf(method);
    numbers[at + 4] = start;
    numbers[at + 5] = end;
    numbers[at + 6] = this.#numberOf(outcome);
    numbers[at + EMITTED] = numbers[at + ORDER] = NaN;
    this.count++;
  }

  /** Holds a row, whose result is yet to be emitted, for `emit` to find. */
  hold(row: number): void {
    const list = this.#listOf(row);
    this.#blockOf(row)[placeOf(row) + NEXT] = this.#lists[list]!;
    this.#lists[list] = row;
  }

  /** Records the emission of a held row, if it is still kept. */
  emit(stream: number, index: number, time: number, order: number): void {
    let row = this.#lists[index % LISTS]!;
    while (row >= 0) {
      const numbers = this.#blockOf(row);
      const at = placeOf(row);
      if (numbers[at + INDEX] === index && numbers[at + STREAM] === stream) {
        this.release(row);
        numbers[at + EMITTED] = time;
        numbers[at + ORDER] = order;
        return;
      }
      row = numbers[at + NEXT]!;
    }
  }

  /** Removes a row from its list, if it is held. */
  release(row: number): void {
    const list = this.#listOf(row);
    const next = this.#nextOf(row);
    let before = this.#lists[list]!;
    if (before === row) this.#lists[list] = next;
    else
      while (before >= 0) {
        const after = this.#nextOf(before);
        if (after === row) this.#blockOf(before)[placeOf(before) + NEXT] = next;
        before = after;
      }
  }

  /** The tasks that are kept, in the order in which they were added. */
  spans(): TaskSpan[] {
    const first = Math.min(this.count, this.#most);
    const oldest = this.count > 2 * this.#most ? this.next : first;
    return Array.from({ length: this.size }, (_, place) => {
      const row = place < first ? place : first + ((oldest - first + place - first) % this.#most);
      const at = placeOf(row);
      const [worker, stream, index, method, start, end, outcome, emitted, order] = this.#blockOf(row).subarray(
        at,
        at + WIDTH,
      ) as unknown as [number, number, number, number, number, number, number, number, number];
      return {
        worker,
        stream,
        index,
        method: this.#names[method]!,
        start,
        end,
        outcome: this.#names[outcome]!,
        emitted: Number.isNaN(emitted) ? undefined : emitted,
        order: Number.isNaN(order) ? undefined : order,
      };
    });
  }

  /** The number of a name. Names are few, those of methods and outcomes, so that a list is searched. */
  #numberOf(name: string): number {
    const known = this.#names.indexOf(name);
    return known < 0 ? this.#names.push(name) - 1 : known;
  }

  #blockOf(row: number): Float64Array {
    return this.#blocks[Math.floor(row / BLOCK)]!;
  }

  #nextOf(row: number): number {
    return this.#blockOf(row)[placeOf(row) + NEXT]!;
  }

  #listOf(row: number): number {
    return this.#blockOf(row)[placeOf(row) + INDEX]! % LISTS;
  }
}

/** The place in its block where a row begins. */
const placeOf = (row: number): number => WIDTH * (row % BLOCK);
