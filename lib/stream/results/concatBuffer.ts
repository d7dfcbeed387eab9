import { Fifo } from '../../primitives/fifo.ts';
import { Chunk, type Grant, type ValueBuffer } from './valueBuffer.ts';

/** The values and the outcome of one task that are not emitted yet. */
interface Waiting {
  readonly chunks: Fifo<Chunk>;
  /** The outcome of the task; an array, since undefined may be an outcome. */
  end: readonly [unknown] | undefined;
}

/**
 * The result buffer that emits all values of one task before those of the next. Values of the first task that has not ended are
 * emitted while it runs.
 */
export class ConcatBuffer implements ValueBuffer {
  readonly inOrder = true;
  readonly #tasks = new Map<number, Waiting>();
  #first = 0;
  /** The entry of the first task, kept here so that it is looked up once a task and not twice a value. */
  #head: Waiting | undefined;
  held = 0;

  get ready(): boolean {
    const head = this.#head;
    return head !== undefined && (head.chunks.length > 0 || head.end !== undefined);
  }

  add(seq: number, values: readonly unknown[], grant: Grant): void {
    this.#of(seq).chunks.push(new Chunk(values, grant));
  }

  store(seq: number, outcome: unknown): void {
    this.#of(seq).end = [outcome];
    this.held++;
  }

  shift(): unknown {
    const { chunks, end } = this.#head!;
    const chunk = chunks.first;
    if (chunk !== undefined) {
      const value = chunk.shift();
      if (chunk.empty) {
        chunks.shift();
        chunk.acknowledge();
      }
      return value;
    }
    this.#tasks.delete(this.#first++);
    this.#head = this.#tasks.get(this.#first);
    this.held--;
    return end![0];
  }

  #of(seq: number): Waiting {
    let found = this.#tasks.get(seq);
    if (found === undefined) {
      this.#tasks.set(seq, (found = { chunks: new Fifo(), end: undefined }));
      if (seq === this.#first) this.#head = found;
    }
    return found;
  }
}
