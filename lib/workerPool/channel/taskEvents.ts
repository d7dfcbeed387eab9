/** Tells whoever listens to a pool's events what one of its slots does; costs nothing while nobody does. */
import { here, now } from '../../primitives/clock.ts';
import type { PoolEvent } from '../../api/pool.ts';
import type { Batch } from './batch.ts';

type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

export class TaskEvents {
  readonly #worker: number;
  readonly #listener: () => ((event: PoolEvent) => void) | undefined;

  /** `listener` is asked each time, and undefined while there is none. */
  constructor(worker: number, listener: () => ((event: PoolEvent) => void) | undefined) {
    this.#worker = worker;
    this.#listener = listener;
  }

  get heard(): boolean {
    return this.#listener() !== undefined;
  }

  up(): void {
    this.#listener()?.({ type: 'worker:start', worker: this.#worker, time: now() });
  }

  /** `error`: why, where it was not ended on purpose. */
  gone(exitCode?: number, error?: Error): void {
    const code = exitCode === undefined ? {} : { exitCode };
    const why = error === undefined ? {} : { error };
    this.#listener()?.({ type: 'worker:exit', worker: this.#worker, time: now(), ...code, ...why });
  }

  /** A task has begun; told once, whether the worker said so at the time or only afterwards. */
  begun(batch: Batch, offset: number, time: number): void {
    if (!batch.tellsBegin(offset)) return;
    const { index } = batch.tasks[offset]!;
    this.#listener()?.({ type: 'task:start', worker: this.#worker, index, time: here(batch.sent, time) });
  }

  ended(batch: Batch, offset: number, outcome: Outcome, began: number, time: number = Infinity): void {
    if (!this.heard) return;
    this.begun(batch, offset, began);
    const { index } = batch.tasks[offset]!;
    this.#listener()?.({ type: 'task:end', worker: this.#worker, index, time: here(batch.sent, time), outcome });
  }
}
