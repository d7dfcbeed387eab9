/** The run of one batch in the worker: its running task, the context of that, and what is posted about it. */
import { post } from '#port';
import { now } from '../primitives/clock.ts';
import { WorkerCell } from '../protocol/batchCell.ts';
import { ASK, type AskMessage, BEGIN, type BeginMessage, type RunMessage } from '../protocol/messages.ts';
import { produce } from '../protocol/produce.ts';
import { RunningTask, type Stop } from '../protocol/taskContext.ts';
import { Chunks } from './chunks.ts';
import { Outcomes } from './outcomes.ts';
import { Reports } from './reports.ts';

/** The least time between two messages that a task has begun, in ms. */
const BEGIN_EVERY = 5;

export class BatchRun {
  readonly message: RunMessage;
  readonly outcomes: Outcomes;
  readonly cell: WorkerCell;
  /** The end of the arguments of the tasks that have begun. */
  argsTo = 0;
  /** The offset of the running task, and its context if it has asked for one. */
  #offset = -1;
  #task: RunningTask | undefined;
  /** When the running task began, if times are wanted. */
  #began = 0;
  #reports: Reports | undefined;
  /** Set while its only task gives many values. */
  #chunks: Chunks | undefined;
  /** When the last message that a task has begun was posted. */
  #lastBegin = -Infinity;

  constructor(message: RunMessage, cells: Int32Array | undefined) {
    this.message = message;
    this.outcomes = new Outcomes(message);
    this.cell = new WorkerCell(cells, message.cellIndex, message.count);
  }

  /** The batch begins. */
  open(): void {
    this.outcomes.open();
    this.cell.open();
  }

  /** Where memory is not shared: posts that the worker has begun the batch. */
  announce(): void {
    if (!this.cell.shared) this.#postBegin(0, now());
  }

  /** The task at `offset` begins. */
  begin(offset: number): void {
    this.#offset = offset;
    if (!this.message.timed) return;
    const began = (this.#began = now());
    if (began - this.#lastBegin <= BEGIN_EVERY) return;
    this.#lastBegin = began;
    this.#postBegin(offset, began);
  }

  /** The running task has ended. */
  ended(): void {
    this.#reports?.flush();
    this.#task = undefined;
    this.cell.done(this.#offset + 1);
    // Without a further task the last reply follows at once anyway.
    if (this.outcomes.ended(this.#began) && this.cell.more) this.outcomes.reply(false);
  }

  /** Posts all values of what its only task has returned, where tasks give many values. */
  async give(returned: unknown): Promise<void> {
    const { buffer, id } = this.message;
    const offset = this.#offset;
    const chunks = new Chunks(id, buffer!, () => this.cell.stopped(offset));
    this.#chunks = chunks;
    try {
      await produce(returned, chunks);
    } finally {
      this.#chunks = undefined;
      chunks.flush();
    }
  }

  grant(count: number): void {
    this.#chunks?.grant(count);
  }

  /** Posts everything that has come, because the worker is about to end. */
  flush(): void {
    this.#reports?.flush();
    this.#chunks?.flush();
    this.outcomes.reply(false);
  }

  /** Tasks from `end` on never begin; a running one has to stop, because its time is up (`late`) or it is cancelled. */
  cancel(end: number, late: boolean): void {
    this.cell.cut(end, late);
    const why = this.#stopped();
    if (why !== undefined) this.#task?.abort(why);
    this.#chunks?.grant(0);
  }

  readonly context = (): RunningTask => {
    const { index } = this.message;
    this.#task ??= new RunningTask(
      typeof index === 'number' ? index + this.#offset : index[this.#offset]!,
      this.#stopped,
      this.#asked,
      this.#report,
      this.message.carried?.[this.#offset],
    );
    return this.#task;
  };

  readonly #stopped = (): Stop | undefined => {
    // The signal of a task that has ended may still be read; the cell then belongs to another batch.
    if (this.#task === undefined || !this.cell.stopped(this.#offset)) return undefined;
    return this.cell.late ? 'timeout' : 'cancel';
  };

  /** Only for a task that travels alone, as only such a task may have a timeout. */
  readonly #asked = (): void => {
    const { count, id } = this.message;
    if (count > 1 || this.#task === undefined) return;
    this.cell.ask();
    if (!this.cell.shared) post({ type: ASK, id } satisfies AskMessage);
  };

  /** Reports of a task that has ended are ignored. */
  readonly #report = (task: RunningTask, value: unknown): void => {
    if (!this.message.reports || this.#task !== task) return;
    this.#reports ??= new Reports(this.message.id);
    this.#reports.add(this.#offset, this.#began, value);
  };

  #postBegin(offset: number, time: number): void {
    post({ type: BEGIN, id: this.message.id, offset, time } satisfies BeginMessage);
  }
}
