import { Fifo } from '../../primitives/fifo.ts';
import { Chunk, type Grant, type ValueBuffer } from './valueBuffer.ts';

/** What of one task has not been emitted. */
interface Waiting {
  readonly chunks: Fifo<Chunk>;
  /** What it has ended with; an array, since undefined may be that. */
  end: readonly [unknown] | undefined;
}

/** Emits all values of one task, then those of the next: the first that has not ended flows while it runs. */
export class ConcatBuffer implements ValueBuffer {
  readonly inOrder = true;
  readonly #tasks = new Map<number, Waiting>();
  #first = 0;
  held = 0;

  get ready(): boolean {
    const head = this.#tasks.get(this.#first);
    return head !== undefined && (head.chunks.length > 0 || head.end !== undefined);
  }

  add(seq: number, values: readonly unknown[], grant: Grant): void {
    this.#of(seq).chunks.push(new Chunk(values, grant));
  }

  store(seq: number, outcome: unknown): void {
    this.#of(seq).end = [outcome];
    this.held++;
  }

  take(): unknown {
    const { chunks, end } = this.#tasks.get(this.#first)!;
    const chunk = chunks.first;
    if (chunk !== undefined) {
      const value = chunk.take();
      if (chunk.empty) {
        chunks.shift();
        chunk.acknowledge();
      }
      return value;
    }
    this.#tasks.delete(this.#first++);
    this.held--;
    return end![0];
  }

  #of(seq: number): Waiting {
    let found = this.#tasks.get(seq);
    if (found === undefined) this.#tasks.set(seq, (found = { chunks: new Fifo(), end: undefined }));
    return found;
  }
}
