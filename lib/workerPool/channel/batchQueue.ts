/** The batches that a worker has, in the order in which it runs them. */
import type { Batch } from './batch.ts';
import type { WorkerAttachment } from './workerAttachment.ts';

export class BatchQueue implements Iterable<Batch> {
  /** Tasks that the worker was given, without those that were taken back. */
  assigned = 0;
  readonly #limit: number;
  readonly #batches: Batch[] = [];
  /** Whether tasks were taken back from the worker: it gets no more until it is heard of. */
  #stuck = false;
  /** Whether it made way for a higher priority, and has not been heard of since. */
  #yielding = false;
  /** The id of the batch that was over last: a worker may say that twice. */
  #over = -1;

  /** `limit`: how many batches the worker may have at a time, that which it runs included. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The batch that the worker is at. */
  get head(): Batch | undefined {
    return this.#batches[0];
  }

  get empty(): boolean {
    return this.#batches.length === 0;
  }

  /** Whether it may have a batch more: not behind a task that waits for its values to be emitted. */
  get room(): boolean {
    return !this.#stuck && this.#batches.length < this.#limit && this.head?.attachment.source.buffer === undefined;
  }

  /** Whether anybody waits for anything in it. */
  get wanted(): boolean {
    return this.#batches.some((batch) => batch.wanted);
  }

  /** Whether the worker has tasks that it has not begun, and another could take. */
  get spare(): boolean {
    return this.#batches.some((batch) => batch.spare);
  }

  /** Whether every outcome has come, those of tasks apart that were taken back. */
  get done(): boolean {
    return this.#batches.every((batch) => batch.empty);
  }

  /** The lowest priority of the streams whose tasks the worker has; `Infinity` where it has none. */
  get lowest(): number {
    let lowest = Infinity;
    for (const { attachment } of this.#batches) lowest = Math.min(lowest, attachment.priority);
    return lowest;
  }

  /** A cell of the shared memory that no batch in the queue has: there are more cells (`SLOTS`) than it may have batches. */
  get freeCell(): number {
    let index = 0;
    while (this.#batches.some((batch) => batch.cellIndex === index)) index++;
    return index;
  }

  [Symbol.iterator](): Iterator<Batch> {
    return this.#batches.values();
  }

  /** Whether the worker has tasks of this stream. */
  has(attachment: WorkerAttachment): boolean {
    return this.#batches.some((batch) => batch.attachment === attachment);
  }

  /** The batch of this id; undefined where it is over. */
  find(id: number): Batch | undefined {
    return this.#batches.find((batch) => batch.id === id);
  }

  /** The first that was sent after the batch of this id. */
  after(id: number): Batch | undefined {
    return this.#batches.find((batch) => batch.id > id);
  }

  /**
   * The batch of this id, which has to be the one that the worker is at; undefined where it is over.
   *
   * @throws TypeError: the worker is at another, or has ended that and never said so: its outcomes would be waited for for ever.
   */
  current(id: number): Batch | undefined {
    const { head } = this;
    const batch = this.find(id);
    if (batch !== head && (batch !== undefined || (id !== this.#over && head!.ended)))
      throw new TypeError('it is of another batch than the worker is at');
    return batch;
  }

  add(batch: Batch): void {
    const { attachment, tasks } = batch;
    // A stream counts a slot once, however many batches of it that has.
    if (!this.has(attachment)) attachment.slots++;
    this.#batches.push(batch);
    this.assigned += tasks.length;
  }

  /** The batch is over. */
  remove(batch: Batch): void {
    const { attachment, id } = batch;
    batch.finish();
    this.#over = id;
    this.#batches.splice(this.#batches.indexOf(batch), 1);
    if (!this.has(attachment)) attachment.slots--;
  }

  /** The worker has been heard of: it is not stuck. */
  heard(): void {
    this.#stuck = false;
    this.#yielding = false;
  }

  /** Takes back all that the worker has not begun, if it has begun nothing since the last look. */
  recallIfStuck(): void {
    // Most are with one task; some with what a task before has left behind (a timer that computes).
    if (this.head?.advanced() === false) this.recall();
  }

  /**
   * Takes back what the worker has not begun of streams below `priority`, so that it is idle when its present task has ended.
   * Whether there was something, or it was asked before and has not been heard of since.
   */
  makeWay(priority: number): boolean {
    if (this.#batches.some((batch) => batch.spare && batch.attachment.priority < priority)) {
      this.#yielding = true;
      this.recall(priority);
    }
    return this.#yielding;
  }

  /** What the worker has not begun, of streams below `priority`, goes back, and it gets no more until it is heard of. */
  recall(priority: number = Infinity): void {
    this.#stuck ||= !this.empty;
    for (const batch of this.#batches) {
      const { attachment } = batch;
      if (!batch.spare || attachment.priority >= priority) continue;
      const back = batch.recall();
      this.assigned -= back.length;
      attachment.putBack(back);
    }
  }
}
