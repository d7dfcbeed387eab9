/** The tasks of a recording, as numbers in one array: objects that are kept make the garbage collector copy each of them. */

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

/** What a row has: worker, stream, index, method, start, end, outcome, emitted, order. */
const WIDTH = 9;
const STREAM = 1;
const INDEX = 2;
const EMITTED = 7;
const ORDER = 8;
/** Rows to begin with: it grows as it fills. */
const FEW = 256;

export class TaskTable {
  readonly #most: number;
  #numbers: Float64Array = new Float64Array(WIDTH * FEW);
  readonly #names: string[] = [];
  /** How many tasks have been added. */
  count = 0;

  /** `most`: how many of the first tasks are kept, and how many of the last. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are kept. */
  get size(): number {
    return Math.min(this.count, 2 * this.#most);
  }

  /** Which row the next task gets: an empty one, or that of the oldest which is not among the first. */
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
    const at = WIDTH * this.next;
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
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

  streamOf(row: number): number {
    return this.#numbers[WIDTH * row + STREAM]!;
  }

  indexOf(row: number): number {
    return this.#numbers[WIDTH * row + INDEX]!;
  }

  emit(row: number, time: number, order: number): void {
    this.#numbers[WIDTH * row + EMITTED] = time;
    this.#numbers[WIDTH * row + ORDER] = order;
  }

  /** In the order in which they were added. */
  spans(): TaskSpan[] {
    const first = Math.min(this.count, this.#most);
    const oldest = this.count > 2 * this.#most ? this.next : first;
    return Array.from({ length: this.size }, (_, place) => {
      const row = place < first ? place : first + ((oldest - first + place - first) % this.#most);
      const [worker, stream, index, method, start, end, outcome, emitted, order] = this.#numbers.subarray(
        WIDTH * row,
        WIDTH * (row + 1),
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

  /** Of the names of methods and outcomes there are few. */
  #numberOf(name: string): number {
    const known = this.#names.indexOf(name);
    return known < 0 ? this.#names.push(name) - 1 : known;
  }

  #grow(): void {
    const grown = new Float64Array(WIDTH * Math.min(2 * this.#most, (2 * this.#numbers.length) / WIDTH));
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}
