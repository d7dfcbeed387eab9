/** The queue of batches at one worker, in the order in which it runs them. */
import type { Batch } from './batch.ts';
import type { WorkerAttachment } from './workerAttachment.ts';

export class BatchQueue implements Iterable<Batch> {
  /** How many tasks the worker was sent since it started, without those that were recalled. */
  assigned = 0;
  readonly #limit: number;
  readonly #batches: Batch[] = [];
  /** Whether tasks were recalled from the worker: it gets no more until its next reply. */
  #stuck = false;
  /** Whether the worker made way for a higher priority, and has not replied since. */
  #yielding = false;
  /** The id of the batch that was over last: a worker may report that twice. */
  #over = -1;

  /** `limit`: how many batches the worker may have at a time, including the one that it runs. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The batch that the worker runs. */
  get head(): Batch | undefined {
    return this.#batches[0];
  }

  get empty(): boolean {
    return this.#batches.length === 0;
  }

  /** Whether the worker may have one more batch: not behind a task that gives many values, which waits for the consumer. */
  get room(): boolean {
    return !this.#stuck && this.#batches.length < this.#limit && this.head?.attachment.source.buffer === undefined;
  }

  /** Whether somebody waits for an outcome of a batch in the queue. */
  get wanted(): boolean {
    return this.#batches.some((batch) => batch.wanted);
  }

  /** Whether the worker has unclaimed tasks that another worker could run. */
  get spare(): boolean {
    return this.#batches.some((batch) => batch.spare);
  }

  /** Whether the outcomes of all tasks that were not recalled have come. */
  get done(): boolean {
    return this.#batches.every((batch) => batch.empty);
  }

  /** The lowest priority among the worker's tasks; `Infinity` if it has none. */
  get lowest(): number {
    let lowest = Infinity;
    for (const { attachment } of this.#batches) lowest = Math.min(lowest, attachment.priority);
    return lowest;
  }

  /** The index of a cell that no batch in the queue uses: there are more cells (`SLOTS`) than the queue may have batches. */
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

  /** The batch with this id; undefined if it is over. */
  find(id: number): Batch | undefined {
    return this.#batches.find((batch) => batch.id === id);
  }

  /** The first batch that was sent after the one with this id. */
  after(id: number): Batch | undefined {
    return this.#batches.find((batch) => batch.id > id);
  }

  /**
   * The batch with this id, which has to be the one that the worker runs; undefined if it is over.
   *
   * @throws TypeError: the worker runs another batch, or has ended that one without a report, and its outcomes would never come.
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
    // A slot counts once for a stream, however many of the stream's batches it has.
    if (!this.has(attachment)) attachment.slots++;
    this.#batches.push(batch);
    this.assigned += tasks.length;
  }

  /** Removes a batch that is over. */
  remove(batch: Batch): void {
    const { attachment, id } = batch;
    batch.finish();
    this.#over = id;
    this.#batches.splice(this.#batches.indexOf(batch), 1);
    if (!this.has(attachment)) attachment.slots--;
  }

  /** The worker has replied: it is not stuck. */
  heard(): void {
    this.#stuck = false;
    this.#yielding = false;
  }

  /** Recalls all that the worker has not begun, if it has begun nothing since the last call. */
  recallIfStuck(): void {
    // Most such workers run a long task; some run what an earlier task started, such as a timer that computes.
    if (this.head?.advanced() === false) this.recall();
  }

  /**
   * Recalls what the worker has not begun of streams below `priority`, so that it is idle after its present task. Returns whether
   * there was anything to recall, now or in a call since which the worker has not replied.
   */
  makeWay(priority: number): boolean {
    if (this.#batches.some((batch) => batch.spare && batch.attachment.priority < priority)) {
      this.#yielding = true;
      this.recall(priority);
    }
    return this.#yielding;
  }

  /** Recalls what the worker has not begun of streams below `priority`; it gets no more tasks until its next reply. */
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
