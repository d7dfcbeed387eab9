/** A job as a task source of the pool that runs it. */
import { now } from '../../primitives/clock.ts';
import type { BatchSizing } from '../../pool/batchSizer.ts';
import { PoolClosedError } from '../../api/errors.ts';
import type { TaskSource, Attachment, Pool, Task } from '../../pool/contract.ts';
import { write, writeThrown } from '../shared/codec.ts';
import type { JobRequest, JobResult, TaskStatus } from '../shared/message.ts';
import { JobOutcomes } from './jobOutcomes.ts';
import { decodeTasks } from './jobTasks.ts';

/** What a job source emits besides its result. */
export interface JobSourceEvents {
  /** A task has reported something, as text. */
  reported(seq: number, text: string): void;
  /** A report could not be encoded. */
  reportFailed(error: unknown): void;
}

export class JobSource implements TaskSource {
  readonly concurrency: number;
  readonly priority: number;
  readonly batch: number = Infinity;
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly callSite: undefined = undefined;
  /** The producer has sized the job. The time that its tasks take goes back with the result, for the next. */
  readonly sizer: BatchSizing = {
    size: Infinity,
    small: false,
    observe: (_count, ms) => void (this.#ms += ms),
    sent() {},
    returned() {},
  };
  readonly run: string;
  readonly reports: boolean;
  readonly #events: JobSourceEvents;
  readonly #request: JobRequest;
  readonly #maxPayload: number;
  readonly #outcomes: JobOutcomes;
  #waiting: Task[] = [];
  #ms = 0;
  /** Tasks that the pool has taken, and that have neither an outcome nor been put back. */
  #taken = 0;
  /** Why the pool can run nothing, as text. */
  #unable: string | null = null;
  /** Whether the pool is closed: it takes nothing more. */
  poolClosed = false;
  #cancelledFrom = Infinity;
  #attachment: Attachment | undefined;
  #finished: (() => void) | undefined;

  constructor(request: JobRequest, maxPayload: number, events: JobSourceEvents) {
    this.reports = request.reports === true;
    this.#events = events;
    this.#request = request;
    this.#maxPayload = maxPayload;
    this.#outcomes = new JobOutcomes(request.methods.length);
    this.run = request.run;
    this.priority = request.priority ?? 0;
    this.concurrency = request.spread ? Infinity : 1;
    this.timeout = request.timeout ?? undefined;
    this.terminateAfter = request.terminateAfter ?? Infinity;
  }

  /** Whether all of its tasks are cancelled. */
  get cancelled(): boolean {
    return this.#cancelledFrom === 0;
  }

  /** Runs the job on `pool`. Resolves when each task that is not cancelled has its outcome, or the pool runs nothing more. */
  async runOn(pool: Pool): Promise<JobResult> {
    const began = now();
    this.#outcomes.begin();
    const { failures, tasks } = decodeTasks(this.#request, this.#maxPayload, this.#cancelledFrom);
    this.#waiting = tasks;
    for (const [{ seq }, error] of failures) this.#fail(seq, error);
    const finished = new Promise<void>((resolve) => (this.#finished = resolve));
    try {
      this.#attachment = pool.attach(this);
      this.#attachment.wake();
      this.proceed();
    } catch (error) {
      this.error(error);
    }
    await finished;
    // A pool that measures no times has run one task after another.
    return this.#outcomes.result(this.#ms === 0 ? now() - began : this.#ms, this.#unable);
  }

  /** Cancels the tasks from number `from` on: those that wait never start, the signals of those that run abort. */
  cancel(from: number): void {
    // NaN, or a negative number: the channel is open to whoever has the rights of Redis.
    if (!(from >= 0 && from < this.#cancelledFrom)) return;
    this.#cancelledFrom = from;
    this.#waiting = this.#waiting.filter(({ seq }) => seq < from);
    if (from > 0) this.#attachment?.cancel(from);
    this.proceed();
  }

  /** No context to enter: nothing here calls a function of the user. */
  inContext<T>(act: () => T): T {
    return act();
  }

  waiting(): number {
    return this.#waiting.length;
  }

  next(): Task | undefined {
    const task = this.#waiting.shift();
    if (task !== undefined) this.#taken++;
    return task;
  }

  putBack(tasks: readonly Task[]): void {
    this.#taken -= tasks.length;
    this.#waiting = [...tasks.filter(({ seq }) => seq < this.#cancelledFrom), ...this.#waiting];
    this.#waiting.sort((a, b) => a.seq - b.seq);
  }

  report({ method, seq }: Task, value: unknown): void {
    let text: string;
    try {
      text = write(value, `What ${method}() reports`, this.#maxPayload);
    } catch (error) {
      return this.#events.reportFailed(error);
    }
    this.#events.reported(seq, text);
  }

  value(task: Task, value: unknown): void {
    let text: string;
    try {
      text = write(value, `The result of ${task.method}()`, this.#maxPayload);
    } catch (error) {
      return this.failure(task, error);
    }
    this.#settle(task, 'value', text);
  }

  failure(task: Task, error: unknown): void {
    this.#taken--;
    this.#fail(task.seq, error);
  }

  /** The producer decides whether the task runs again: `crashRetries` is an option of its stream. */
  crashed(task: Task, error: Error): boolean {
    this.#settle(task, 'crash', writeThrown(error, this.#maxPayload));
    return false;
  }

  proceed(): void {
    const complete = this.#outcomes.complete(this.#cancelledFrom);
    if (complete || (this.poolClosed && this.#taken === 0)) this.#finish();
  }

  closing(): void {
    this.poolClosed = true;
    this.#waiting = [];
    this.proceed();
  }

  error(error: unknown): void {
    if (error instanceof PoolClosedError) this.poolClosed = true;
    else this.#unable = writeThrown(error, Infinity);
    this.#finish();
  }

  #settle({ seq }: Task, status: TaskStatus, text: string): void {
    this.#taken--;
    this.#outcomes.add(seq, status, text);
  }

  #fail(seq: number, error: unknown): void {
    this.#outcomes.add(seq, 'error', writeThrown(error, this.#maxPayload));
  }

  #finish(): void {
    const finished = this.#finished;
    this.#finished = undefined;
    if (finished === undefined) return;
    this.#attachment?.leave();
    finished();
  }
}
