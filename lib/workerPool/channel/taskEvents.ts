/** The events of one worker and of its tasks; costs nothing while nobody listens. */
import { here, now } from '../../primitives/clock.ts';
import type { PoolEvents } from '../../pool/poolEvents.ts';
import type { PoolEvent } from '../../api/pool.ts';
import type { Batch } from './batch.ts';

type Outcome = Extract<PoolEvent, { type: 'task:end' }>['outcome'];

export class TaskEvents {
  readonly #worker: number;
  readonly #events: PoolEvents;

  constructor(worker: number, events: PoolEvents) {
    this.#worker = worker;
    this.#events = events;
  }

  get heard(): boolean {
    return this.#events.observed;
  }

  up(): void {
    if (this.heard) this.#events.emit({ type: 'worker:start', worker: this.#worker, time: now() });
  }

  /** `error`: why, where it was not ended on purpose. */
  gone(exitCode?: number, error?: Error): void {
    if (!this.heard) return;
    const code = exitCode === undefined ? {} : { exitCode };
    const why = error === undefined ? {} : { error };
    this.#events.emit({ type: 'worker:exit', worker: this.#worker, time: now(), ...code, ...why });
  }

  /** A task has begun; told once, whether the worker said so at the time or only afterwards. */
  begun(batch: Batch, offset: number, time: number): void {
    if (!batch.tellsBegin(offset)) return;
    const { index } = batch.tasks[offset]!;
    if (this.heard)
      this.#events.emit({ type: 'task:start', worker: this.#worker, index, time: here(batch.sent, time) });
  }

  reported(batch: Batch, offset: number, value: unknown, began: number, time: number): void {
    if (!this.heard) return;
    this.begun(batch, offset, began > 0 ? began : time);
    const { index } = batch.tasks[offset]!;
    this.#events.emit({ type: 'task:report', worker: this.#worker, index, time: here(batch.sent, time), value });
  }

  ended(batch: Batch, offset: number, outcome: Outcome, began: number, time: number = Infinity): void {
    if (!this.heard) return;
    this.begun(batch, offset, began);
    const { index } = batch.tasks[offset]!;
    this.#events.emit({ type: 'task:end', worker: this.#worker, index, time: here(batch.sent, time), outcome });
  }
}
