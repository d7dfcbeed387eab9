/** A job as a stream of the pool that runs it. */
import { now } from '../../primitives/clock.ts';
import type { BatchSizing } from '../../pool/batchSizer.ts';
import { CloneError, PoolClosedError } from '../../api/errors.ts';
import type { TaskSource, Attachment, Pool, Task } from '../../pool/contract.ts';
import { read, sizeOf, write, writeThrown } from '../shared/codec.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { type TaskStatus, type JobRequest, type JobResult, jobResult } from '../shared/message.ts';

/** Results of a job that are together larger than this do not go in one report: the rest runs again. */
const MOST_TOGETHER = 256 * 1024 * 1024;

/** A call with more arguments than a stack holds would end the process that makes it. */
const MOST_ARGUMENTS = 10_000;

export class JobSource implements TaskSource {
  readonly concurrency: number;
  readonly priority: number;
  readonly batch: number = Infinity;
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly callSite: undefined = undefined;
  /** Whoever made the job has decided how many tasks go together; what is learned goes back with the report. */
  readonly sizer: BatchSizing = {
    size: Infinity,
    small: false,
    observe: (_count, ms) => void (this.#ms += ms),
    sent() {},
    returned() {},
  };
  readonly run: string;
  readonly reports: boolean;
  readonly #reported: (seq: number, text: string) => void;
  readonly #unreportable: (error: unknown) => void;
  readonly #request: JobRequest;
  readonly #maxPayload: number;
  #waiting: Task[] = [];
  readonly #fates: (TaskStatus | undefined)[];
  readonly #values: string[];
  readonly #times: number[];
  #total = 0;
  #ms = 0;
  /** Tasks that the pool has taken and not told of. */
  #taken = 0;
  #unable: string | null = null;
  /** Whether the pool will do nothing more. */
  poolClosed = false;
  #cancelledFrom = Infinity;
  #since = now();
  #slot: Attachment | undefined;
  #finished: (() => void) | undefined;

  /** `reported` is told what tasks report, as text; `unreportable` why a report cannot be. */
  constructor(
    request: JobRequest,
    maxPayload: number,
    reported: (seq: number, text: string) => void,
    unreportable: (error: unknown) => void,
  ) {
    this.reports = request.reports === true;
    this.#reported = reported;
    this.#unreportable = unreportable;
    this.#request = request;
    this.#maxPayload = maxPayload;
    this.run = request.run;
    this.priority = request.priority ?? 0;
    this.concurrency = request.spread ? Infinity : 1;
    this.timeout = request.timeout ?? undefined;
    this.terminateAfter = request.terminateAfter ?? Infinity;
    const count = request.methods.length;
    this.#fates = Array.from({ length: count }, () => undefined);
    this.#values = Array.from({ length: count }, () => '');
    this.#times = Array.from({ length: 2 * count }, () => 0);
  }

  /** Whether nobody waits for anything in it. */
  get cancelled(): boolean {
    return this.#cancelledFrom === 0;
  }

  /** Runs it on `pool`; resolves to what came of it when all that somebody waits for has ended. */
  async runOn(pool: Pool): Promise<JobResult> {
    const began = now();
    this.#since = began;
    this.#unpack();
    const finished = new Promise<void>((resolve) => (this.#finished = resolve));
    try {
      this.#slot = pool.attach(this);
      this.#slot.wake();
      this.proceed();
    } catch (error) {
      this.error(error);
    }
    await finished;
    return jobResult({
      fates: this.#fates.map((fate) => fate ?? 'unrun'),
      values: this.#values,
      times: this.#times,
      // A pool that measures nothing ran one task after another.
      ms: this.#ms === 0 ? now() - began : this.#ms,
      unable: this.#unable,
    });
  }

  /** Nobody waits for the tasks from `from` on: what has not begun does not, what runs is told. */
  cancel(from: number): void {
    // Whoever may speak on the channel may say anything.
    if (!(from >= 0 && from < this.#cancelledFrom)) return;
    this.#cancelledFrom = from;
    this.#waiting = this.#waiting.filter(({ seq }) => seq < from);
    if (from > 0) this.#slot?.cancel(from);
    this.proceed();
  }

  /** What it runs is no user's function. */
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
      return this.#unreportable(error);
    }
    this.#reported(seq, text);
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
    this.#settle(task, 'error', writeThrown(error, this.#maxPayload));
  }

  /** Whether it runs again is for the stream to say that it belongs to. */
  crashed(task: Task, error: Error): boolean {
    this.#settle(task, 'crash', writeThrown(error, this.#maxPayload));
    return false;
  }

  proceed(): void {
    const open = this.#fates.some((fate, seq) => fate === undefined && seq < this.#cancelledFrom);
    if (open && !(this.poolClosed && this.#taken === 0)) return;
    this.#finish();
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

  #unpack(): void {
    const { args, carried, indices, keyed, methods } = this.#request;
    for (const [seq, method] of methods.entries()) {
      if (seq >= this.#cancelledFrom) break;
      const task: Omit<Task, 'args'> = {
        index: indices[seq]!,
        seq,
        input: undefined,
        method,
        transfer: undefined,
        crashes: 0,
      };
      if (keyed === true) task.key = undefined;
      try {
        const own = carried === undefined ? undefined : read(carried[seq]!, this.#maxPayload);
        this.#waiting.push({ ...task, args: argumentsOf(method, args[seq]!, this.#maxPayload), carried: own });
      } catch (error) {
        this.#taken++;
        this.failure({ ...task, args: [] }, error);
      }
    }
  }

  #settle({ seq }: Task, fate: TaskStatus, text: string): void {
    this.#taken--;
    const ended = now();
    this.#times[2 * seq] = this.#since;
    this.#times[2 * seq + 1] = ended;
    this.#since = ended;
    this.#total += text.length;
    const fits = this.#total <= MOST_TOGETHER || this.#total === text.length;
    this.#fates[seq] = fits ? fate : 'unrun';
    if (fits) this.#values[seq] = text;
  }

  #finish(): void {
    const finished = this.#finished;
    this.#finished = undefined;
    if (finished === undefined) return;
    this.#slot?.leave();
    finished();
  }
}

function argumentsOf(method: string, text: string, maxPayload: number): readonly unknown[] {
  const what = `The arguments of ${method}()`;
  const bytes = sizeOf(text);
  if (bytes > maxPayload)
    throw new CloneError(`${what} have ${bytes} bytes as text, more than the machine's maxPayload (${maxPayload})`);
  let found: unknown;
  try {
    found = read(text, maxPayload);
  } catch (cause) {
    throw new CloneError(`${what} came unreadable: ${messageOf(cause)}`);
  }
  if (!Array.isArray(found)) throw new CloneError(`${what} came as no array`);
  if (found.length > MOST_ARGUMENTS)
    throw new CloneError(`${what} came as an array of ${found.length}, more than ${MOST_ARGUMENTS}`);
  return found;
}
