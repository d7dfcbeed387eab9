/** A call of `pool.run` with options (a signal, a deadline, a priority), as a task source of its own. */
import { captureContext } from '#platform';
import { TaskTimeoutError, rememberTask } from '../api/errors.ts';
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import type { Description, TaskSource, Attachment, Pool, Task } from '../pool/contract.ts';
import { Retries } from '../pool/retries.ts';
import { onAbort } from '../primitives/onAbort.ts';
import type { Context } from '../primitives/zone.ts';
import { CALL, CallTask, fail, isQueued } from './sharedCalls.ts';
import { type Timer, clearTimeout, setTimeout } from '../primitives/clock.ts';

/** The checked options of a call. */
export interface CallLimits extends Partial<
  Pick<ResolvedOptions, 'priority' | 'retry' | 'signal' | 'timeout' | 'terminateAfter' | 'onReport'>
> {
  /** Milliseconds from the call to its outcome, including the wait for a worker; undefined: no limit. */
  readonly deadline?: number | undefined;
}

/** No context to enter: `fn` ran when the call was made, and reactions of a promise run in their own. */
const inCallers: Context = (act) => act();

/** Makes the call, whose outcome goes to `resolve` or `reject`. */
export function callAlone(...call: ConstructorParameters<typeof SingleCall>): void {
  void new SingleCall(...call);
}

export class SingleCall implements TaskSource {
  /** No limit, so that a task recalled from one worker can go to another. */
  readonly concurrency: number = Infinity;
  readonly priority: number;
  readonly batch = 1;
  readonly timeout: number | undefined;
  readonly terminateAfter: number;
  readonly callSite = undefined;
  readonly inContext: Context;
  readonly #onReport: CallLimits['onReport'];
  readonly #pool: Pool;
  readonly #attachment: Attachment;
  readonly #task: CallTask;
  #state: 'waiting' | 'out' | 'over' = 'waiting';
  #counted = false;
  #unlisten: (() => void) | undefined;
  #timer: Timer | undefined;
  readonly #retries: Retries | undefined;

  constructor(
    pool: Pool,
    description: Description,
    { deadline, onReport, priority = 0, retry, signal, terminateAfter = 0, timeout }: CallLimits,
    calledAt: Error,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.priority = priority;
    this.timeout = timeout;
    this.terminateAfter = terminateAfter;
    this.#onReport = onReport;
    // Reactions of a promise run in their own context, but `onReport` and a method on this thread need the caller's.
    this.inContext = pool.runsHere === true || onReport !== undefined ? captureContext() : inCallers;
    this.#pool = pool;
    if (retry !== undefined) this.#retries = new Retries(retry, this);
    this.#attachment = pool.attach(this);
    try {
      const own = this.#attachment.own?.(description) ?? description;
      this.#task = new CallTask(own, 0, calledAt, resolve, reject, pool.carry?.());
    } catch (error) {
      this.#attachment.leave();
      throw error;
    }
    if (signal !== undefined) this.#unlisten = onAbort(signal, () => this.error(signal.reason));
    if (deadline !== undefined) this.#timer = setTimeout(() => this.#expire(deadline), deadline);
    this.#count(1);
    this.#attachment.wake();
    if (this.#state === 'waiting' && pool.queueLimit?.exceeded === true) this.error(pool.queueLimit.error());
  }

  waiting(): number {
    return this.#state === 'waiting' ? 1 : 0;
  }

  next(): Task | undefined {
    if (this.#state !== 'waiting') return undefined;
    this.#state = 'out';
    this.#count(-1);
    return this.#task;
  }

  putBack(tasks: readonly Task[]): void {
    if (tasks.length > 0 && this.#state === 'out') this.#state = 'waiting';
  }

  get reports(): boolean {
    return this.#onReport !== undefined;
  }

  report({ index, input }: Task, value: unknown): void {
    const onReport = this.#onReport;
    if (onReport === undefined || this.#state === 'over') return;
    this.inContext(() => {
      try {
        onReport({ index, input, value });
      } catch (error) {
        this.error(error);
      }
    });
  }

  value(_task: Task, value: unknown): void {
    if (this.#end()) this.#task.resolve(value);
  }

  get retries(): boolean {
    return this.#retries !== undefined;
  }

  failure(task: Task, error: unknown): void {
    try {
      if (this.#state === 'out' && this.#retries?.retry(task, error) === true) return;
    } catch (thrown) {
      return this.#failed(thrown);
    }
    this.#failed(error);
  }

  /** The call has failed and is not tried again. */
  #failed(error: unknown): void {
    if (this.#end()) fail(this.#task, error);
  }

  crashed(_task: Task, error: Error): boolean {
    this.#failed(error);
    return false;
  }

  proceed(): void {
    if (this.#state === 'over') this.#attachment.leave();
    else if (this.#state === 'waiting' && !isQueued(this.#attachment)) this.#attachment.wake();
  }

  closing(): void {}

  error(error: unknown): void {
    if (!this.#end()) return;
    this.#task.reject(error);
    // Cancels the task, if it runs.
    this.#attachment.leave();
  }

  #expire(deadline: number): void {
    const what = this.#state === 'waiting' ? 'was still waiting for a worker' : 'was still running';
    const error = new TaskTimeoutError(`The call ${what} at its deadline of ${deadline} ms`);
    rememberTask(error, CALL);
    this.error(error);
  }

  /** Ends the call; false if it had ended before. */
  #end(): boolean {
    if (this.#state === 'over') return false;
    this.#state = 'over';
    this.#count(-1);
    this.#unlisten?.();
    this.#retries?.cancel(0);
    clearTimeout(this.#timer);
    return true;
  }

  /** Counts the call in the pool's queue limit while it waits, once. */
  #count(by: 1 | -1): void {
    if (this.#counted === by > 0) return;
    this.#counted = by > 0;
    this.#pool.queueLimit?.count(by);
  }
}
