import { Fifo } from '../../primitives/fifo.ts';
import type { ResultBuffer } from './resultBuffer.ts';

/** The result buffer of unordered streams: outcomes are emitted in the order in which they arrive. */
export class CompletionQueue implements ResultBuffer {
  readonly #arrived = new Fifo<unknown>();

  get held(): number {
    return this.#arrived.length;
  }

  get ready(): boolean {
    return this.#arrived.length > 0;
  }

  store(_seq: number, outcome: unknown): void {
    this.#arrived.push(outcome);
  }

  shift(): unknown {
    return this.#arrived.shift();
  }
}
