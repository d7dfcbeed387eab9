/** The calls of `pool.run` without options, as one task source: they wait and travel together. */
import { type TaskInfo, rememberTask } from '../api/errors.ts';
import type { Arrival, Description, TaskSource, Attachment, Pool, Task } from '../pool/contract.ts';
import { monotonic } from '../primitives/clock.ts';
import { Fifo } from '../primitives/fifo.ts';

/** The result of `taskOf` for the error of a call, which belongs to no stream. */
export const CALL: TaskInfo = { index: 0, input: undefined };

/** The task of a call, with its promise. */
export class CallTask implements Task {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly transfer: readonly unknown[] | undefined;
  readonly index = 0;
  readonly seq: number;
  readonly input = undefined;
  crashes = 0;
  failures?: number;
  readonly callSite: Error;
  readonly carried: unknown;
  arrival: Arrival = { time: monotonic() };
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;

  constructor(
    { args, method, transfer }: Description,
    seq: number,
    calledAt: Error,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    carried?: unknown,
  ) {
    this.carried = carried;
    this.method = method;
    this.args = args;
    this.transfer = transfer;
    this.seq = seq;
    this.callSite = calledAt;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** Without shared memory it is not known how far a worker has come with a message: there each call travels alone. */
const BATCH = typeof SharedArrayBuffer === 'function' ? Infinity : 1;

export class SharedCalls implements TaskSource {
  readonly concurrency: number = Infinity;
  readonly batch: number = BATCH;
  readonly timeout = undefined;
  readonly terminateAfter = 0;
  readonly callSite = undefined;
  readonly #pool: Pool;
  #attachment: Attachment | undefined;
  readonly #waiting = new Fifo<CallTask>();
  #putBack: CallTask[] = [];
  readonly #out = new Set<Task>();
  #seq = 0;
  #closing = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Makes the call, whose outcome goes to `resolve` or `reject`. */
  call(
    description: Description,
    calledAt: Error,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const attachment = (this.#attachment ??= this.#pool.attach(this));
    const { carry, queueLimit } = this.#pool;
    const own = attachment.own?.(description) ?? description;
    const task = new CallTask(own, this.#seq++, calledAt, resolve, reject, carry?.());
    this.#waiting.push(task);
    queueLimit?.count(1);
    if (!isQueued(attachment)) attachment.wake();
    if (queueLimit?.exceeded !== true || this.#waiting.last !== task) return;
    this.#waiting.pop();
    queueLimit.count(-1);
    reject(queueLimit.error());
  }

  /** In no other context: `fn` ran when the call was made. */
  inContext<T>(act: () => T): T {
    return act();
  }

  waiting(): number {
    return this.#putBack.length + this.#waiting.length;
  }

  next(): Task | undefined {
    const again = this.#putBack.shift();
    if (again === undefined && this.#waiting.length === 0) return undefined;
    const task = again ?? this.#waiting.shift();
    if (again === undefined) this.#pool.queueLimit?.count(-1);
    this.#out.add(task);
    return task;
  }

  putBack(tasks: readonly Task[]): void {
    const back = tasks.filter((task) => this.#out.delete(task)) as CallTask[];
    this.#putBack = [...this.#putBack, ...back].sort((a, b) => a.seq - b.seq);
  }

  value(task: Task, value: unknown): void {
    if (this.#out.delete(task)) (task as CallTask).resolve(value);
  }

  failure(task: Task, error: unknown): void {
    if (this.#out.delete(task)) fail(task as CallTask, error);
  }

  crashed(task: Task, error: Error): boolean {
    this.failure(task, error);
    return false;
  }

  proceed(): void {
    const attachment = this.#attachment;
    if (attachment === undefined) return;
    if (this.waiting() > 0) {
      if (!isQueued(attachment)) attachment.wake();
    } else if (this.#closing && this.#out.size === 0) this.#leave();
  }

  closing(): void {
    this.#closing = true;
    this.proceed();
  }

  error(error: unknown): void {
    const tasks = [...this.#out, ...this.#putBack] as CallTask[];
    while (this.#waiting.length > 0) tasks.push(this.#waiting.shift());
    this.#pool.queueLimit?.count(this.#out.size + this.#putBack.length - tasks.length);
    this.#out.clear();
    this.#putBack = [];
    this.#leave();
    for (const { reject } of tasks) reject(error);
  }

  #leave(): void {
    const attachment = this.#attachment;
    this.#attachment = undefined;
    attachment?.leave();
  }
}

/** Whether the pool will ask for tasks once it has room. */
export const isQueued = ({ hungry, queued = !hungry }: Attachment): boolean => queued;

export function fail(task: CallTask, error: unknown): void {
  rememberTask(error, CALL);
  task.reject(error);
}
