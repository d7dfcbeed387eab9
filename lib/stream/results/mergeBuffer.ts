import { Fifo } from '../../primitives/fifo.ts';
import { Chunk, type Grant, type ValueBuffer } from './valueBuffer.ts';

/** The result buffer that emits values in the order in which they arrive, whichever task they are of. */
export class MergeBuffer implements ValueBuffer {
  readonly #arrived = new Fifo<Chunk | readonly [unknown]>();
  held = 0;

  get ready(): boolean {
    return this.#arrived.length > 0;
  }

  add(_seq: number, values: readonly unknown[], grant: Grant): void {
    this.#arrived.push(new Chunk(values, grant));
  }

  store(_seq: number, outcome: unknown): void {
    this.#arrived.push([outcome]);
    this.held++;
  }

  shift(): unknown {
    const first = this.#arrived.first!;
    if (!(first instanceof Chunk)) {
      this.#arrived.shift();
      this.held--;
      return first[0];
    }
    const value = first.shift();
    if (first.empty) {
      this.#arrived.shift();
      first.acknowledge();
    }
    return value;
  }
}
