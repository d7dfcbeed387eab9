/** The attachment of a task source to a pool on a queue. */
import { queueMicrotask } from '../../primitives/clock.ts';
import { BatchSizer, type BatchSizing } from '../../pool/batchSizer.ts';
import { BaseAttachment, type AttachmentPool } from '../../pool/attachment.ts';
import type { Description, TaskSource, Task } from '../../pool/contract.ts';
import { isPrimitive } from '../../protocol/snapshot.ts';
import { sizeOf, write } from '../shared/codec.ts';

/** Work in a job, in ms: a job costs about 1 ms in Redis and on the way, and 20 still spread evenly over the machines. */
const TARGET = 20;
/**
 * How many times the tasks of a job that is back the next may have. Many jobs are out before the first comes back: with
 * doubling, ten times as many jobs would go out before they are full. The cost of tasks is a bound as well.
 */
const GROWTH = 32;
/** A job of short tasks is filled at least to this part, however few tasks wait: smaller jobs gain nothing. */
const LEAST = 1 / 8;

/** What an attachment of this kind asks of its pool. */
export interface JobPool extends AttachmentPool<JobAttachment> {
  readonly maxPayload: number;
  /** The arguments of these tasks cannot be encoded. */
  unsendable(attachment: JobAttachment, failures: readonly (readonly [Task, unknown])[]): void;
}

/** The tasks for one job, with their arguments as texts. */
export interface Load {
  readonly tasks: readonly Task[];
  readonly args: readonly string[];
  /** Whether their last job was lost. */
  readonly again: boolean;
}

/** The part of a job that `putBack` needs: its tasks, and their arguments as they were sent. */
interface SentTasks {
  readonly tasks: readonly Task[];
  readonly request: { readonly args: readonly string[] };
}

export class JobAttachment extends BaseAttachment {
  readonly sizer: BatchSizing;
  protected readonly pool: JobPool;
  /** How many jobs of a task were lost. Such a task travels alone: it may have been the reason. */
  readonly #losses = new WeakMap<Task, number>();
  /** The texts of arguments that were encoded before their task was taken. */
  readonly #texts = new WeakMap<readonly unknown[], string>();
  /** The length of a result, of late: a job gets so few tasks that their results do not exceed `maxPayload` together. */
  #length = 0;
  /** How many jobs of this source are out. */
  out = 0;

  constructor(source: TaskSource, pool: JobPool) {
    super(source);
    this.sizer = source.sizer ?? new BatchSizer(TARGET, GROWTH);
    this.pool = pool;
  }

  /** Encodes the arguments at once, since the call may wait and its caller may change them. An error is thrown again by `take`. */
  own(call: Description): Description {
    const { args, method } = call;
    try {
      if (!args.every(isPrimitive)) this.#texts.set(args, this.#write(args, method));
    } catch {
      // `take` encodes them again.
    }
    return call;
  }

  /** Whether one more job of it may be out. */
  get fits(): boolean {
    return this.out < this.source.concurrency;
  }

  /** Takes the next tasks for one job: as many as fit, and no more than `share` of those that wait, unless that is too few. */
  take(share: number): Load {
    const { maxPayload } = this.pool;
    const lean = this.#length === 0 ? Infinity : Math.max(1, Math.floor(maxPayload / this.#length));
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
    // Deferred: the pool is in the middle of a pass.
    if (failures.length > 0) queueMicrotask(() => this.pool.unsendable(this, failures));
    return { tasks, args, again };
  }

  /** A job is back: `count` tasks took `ms`, and their results have this `length` together. */
  observe(count: number, ms: number, length: number): void {
    this.sizer.observe(count, ms);
    if (count > 0) this.#length = Math.max(length / count, this.#length / 2);
  }

  /** Puts tasks of a job back into the source; their texts are kept, so that no change of the arguments counts. */
  putBack(tasks: readonly Task[], { request, tasks: all }: SentTasks): void {
    const texts = new Map(all.map((task, at) => [task, request.args[at]!]));
    for (const task of tasks) this.#texts.set(task.args, texts.get(task)!);
    this.source.putBack(tasks);
  }

  #write(args: readonly unknown[], method: string): string {
    return write(args, `The argument of ${method}()`, this.pool.maxPayload);
  }

  /** Counts a lost job of this task, and returns how many there were. */
  countLoss(task: Task): number {
    const times = (this.#losses.get(task) ?? 0) + 1;
    this.#losses.set(task, times);
    return times;
  }
}
