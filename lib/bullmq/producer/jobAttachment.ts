/** A stream's attachment to a pool on a queue. */
import { queueMicrotask } from '../../primitives/clock.ts';
import { BatchSizer, type BatchSizing } from '../../pool/batchSizer.ts';
import { BaseAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, TaskSource, Task } from '../../pool/contract.ts';
import { isPrimitive } from '../../protocol/snapshot.ts';
import { sizeOf, write } from '../shared/codec.ts';

/** Work in a job, in ms: a job costs about one in Redis and on the way, and the rest is still shared out evenly. */
const TARGET = 20;
/**
 * Many jobs are out before the first comes back: by doubling, it would take ten times as many to fill them. What tasks
 * cost bounds it, too.
 */
const GROWTH = 32;
/** However few tasks are left, a job of short ones is filled to this part: less gains nothing. */
const LEAST = 1 / 8;

/** What an attachment asks of its pool besides. */
export interface JobPool extends AttachmentPool<JobAttachment> {
  readonly maxPayload: number;
  /** These cannot be sent. */
  unsendable(attachment: JobAttachment, failures: readonly (readonly [Task, unknown])[]): void;
}

/** Tasks with their arguments as text, for one job. */
export interface Load {
  readonly tasks: readonly Task[];
  readonly args: readonly string[];
  /** Whether they were in a job that was lost. */
  readonly again: boolean;
}

/** Of a job: its tasks, and their arguments as they were sent. */
interface SentTasks {
  readonly tasks: readonly Task[];
  readonly request: { readonly args: readonly string[] };
}

export class JobAttachment extends BaseAttachment {
  readonly sizer: BatchSizing;
  protected readonly pool: JobPool;
  /** How often the jobs of these tasks were lost. A task that may have been the reason travels alone. */
  readonly #losses = new WeakMap<Task, number>();
  /** The arguments of calls as they were when those were described. */
  readonly #texts = new WeakMap<readonly unknown[], string>();
  /** Bytes of a result, as of late: together those of a job should not exceed what one may have. */
  #bytes = 0;
  /** How many jobs of this stream are out. */
  out = 0;

  constructor(source: TaskSource, pool: JobPool) {
    super(source);
    this.sizer = source.sizer ?? new BatchSizer(TARGET, GROWTH);
    this.pool = pool;
  }

  /** A call may wait: its arguments are written when it is described. What cannot be is told when it is taken. */
  own(call: Description): Description {
    const { args, method } = call;
    try {
      if (!args.every(isPrimitive)) this.#texts.set(args, this.#write(args, method));
    } catch {
      // It is tried again.
    }
    return call;
  }

  /** Whether a job more of it may be out. */
  get fits(): boolean {
    return this.out < this.source.concurrency;
  }

  /** The next tasks for one job: as many as go into one, and of what is left a fair `share`. */
  take(share: number): Load {
    const { maxPayload } = this.pool;
    const lean = this.#bytes === 0 ? Infinity : Math.max(1, Math.floor(maxPayload / this.#bytes));
    const fair = Math.max(share, Math.floor(this.sizer.size * LEAST));
    const most = Math.min(this.sizer.size, this.source.batch, fair, lean);
    const tasks: Task[] = [];
    const args: string[] = [];
    const failures: [Task, unknown][] = [];
    let again = false;
    let total = 0;
    while (tasks.length < most) {
      const task = this.source.next();
      if (task === undefined) break;
      let text: string;
      try {
        text = this.#texts.get(task.args) ?? this.#write(task.args, task.method);
      } catch (error) {
        failures.push([task, error]);
        continue;
      }
      const lost = this.#losses.has(task);
      total += sizeOf(text);
      if (tasks.length > 0 && (lost || total > maxPayload)) {
        this.#texts.set(task.args, text);
        this.source.putBack([task]);
        break;
      }
      tasks.push(task);
      args.push(text);
      again = lost;
      if (lost) break;
    }
    // Not at once: the pool is in the middle of handing out.
    if (failures.length > 0) queueMicrotask(() => this.pool.unsendable(this, failures));
    return { tasks, args, again };
  }

  /** A job of `count` tasks came back after `ms`, with so many bytes. */
  observe(count: number, ms: number, bytes: number): void {
    this.sizer.observe(count, ms);
    if (count > 0) this.#bytes = Math.max(bytes / count, this.#bytes / 2);
  }

  /** These go back to the stream, and their arguments are not read again. */
  putBack(tasks: readonly Task[], { request, tasks: all }: SentTasks): void {
    const texts = new Map(all.map((task, at) => [task, request.args[at]!]));
    for (const task of tasks) this.#texts.set(task.args, texts.get(task)!);
    this.source.putBack(tasks);
  }

  #write(args: readonly unknown[], method: string): string {
    return write(args, `The argument of ${method}()`, this.pool.maxPayload);
  }

  /** Remembers that a job with this task was lost, and how often that has happened. */
  countLoss(task: Task): number {
    const times = (this.#losses.get(task) ?? 0) + 1;
    this.#losses.set(task, times);
    return times;
  }
}
