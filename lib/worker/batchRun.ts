/** One batch on its way through the worker: which of its tasks runs, and what that knows of itself. */
import { post } from '#port';
import { monotonic, now, timeOrigin } from '../primitives/clock.ts';
import { WorkerCell } from '../protocol/batchCell.ts';
import { ASK, type AskMessage, BEGIN, type BeginMessage, type RunMessage } from '../protocol/messages.ts';
import { produce } from '../protocol/produce.ts';
import { RunningTask, type Stop } from '../protocol/taskContext.ts';
import { Chunks } from './chunks.ts';
import { Outcomes } from './outcomes.ts';
import { Reports } from './reports.ts';

/** The beginning of a task is told at once, but no more often than so many ms apart. */
const BEGIN_EVERY = 5;

export class BatchRun {
  readonly message: RunMessage;
  readonly outcomes: Outcomes;
  readonly cell: WorkerCell;
  /** Which task runs, and its context if it asked for one. */
  #offset = -1;
  #task: RunningTask | undefined;
  /** When it began, where times are wanted. */
  #began = 0;
  #reports: Reports | undefined;
  /** Where its one task gives many values. */
  #chunks: Chunks | undefined;
  /** The last beginning of a task that the host was told of. */
  #lastBegin = -Infinity;

  constructor(message: RunMessage, cells: Int32Array | undefined) {
    this.message = message;
    this.outcomes = new Outcomes(message);
    this.cell = new WorkerCell(cells, message.cellIndex, message.count);
  }

  /** Its turn has come. */
  open(): void {
    this.outcomes.open();
    this.cell.open();
  }

  /** Where no memory is shared: tells that the worker has come to it. */
  announce(): void {
    if (!this.cell.shared) this.#postBegin(0, now());
  }

  /** A task begins; returns when, where times are wanted. */
  begin(offset: number): number {
    this.#offset = offset;
    if (!this.message.timed) return 0;
    const began = monotonic();
    this.#began = timeOrigin + began;
    if (began - this.#lastBegin > BEGIN_EVERY) {
      this.#lastBegin = began;
      this.#postBegin(offset, timeOrigin + began);
    }
    return began;
  }

  /** The task that began then has ended. */
  ended(began: number): void {
    this.#reports?.flush();
    this.#task = undefined;
    this.cell.done(this.#offset + 1);
    // If no task follows, the last reply comes at once anyway.
    if (this.outcomes.ended(began) && this.cell.more) this.outcomes.reply(false);
  }

  /** All values of what its one task has returned, where that gives many. */
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

  /** Sends what has come of it, for the worker is about to end. */
  flush(): void {
    this.#reports?.flush();
    this.#chunks?.flush();
    this.outcomes.reply(false);
  }

  /** Nothing from `end` on begins; what runs beyond it has to stop, for its time is up (`late`) or nobody waits for it. */
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
    // The signal of a task that has ended may still be asked: the cell is another's by then.
    if (this.#task === undefined || !this.cell.stopped(this.#offset)) return undefined;
    return this.cell.late ? 'timeout' : 'cancel';
  };

  /** Only a task that travels alone has a timeout: nobody looks at what others have asked for. */
  readonly #asked = (): void => {
    const { count, id } = this.message;
    if (count > 1 || this.#task === undefined) return;
    this.cell.ask();
    if (!this.cell.shared) post({ type: ASK, id } satisfies AskMessage);
  };

  /** Of a task that has ended, nobody hears any more. */
  readonly #report = (task: RunningTask, value: unknown): void => {
    if (!this.message.reports || this.#task !== task) return;
    this.#reports ??= new Reports(this.message.id);
    this.#reports.add(this.#offset, this.#began, value);
  };

  #postBegin(offset: number, time: number): void {
    post({ type: BEGIN, id: this.message.id, offset, time } satisfies BeginMessage);
  }
}
