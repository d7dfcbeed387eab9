/** The call of `pool.each` on one worker, as a task source. */
import { WorkerCrashedError } from '../../api/errors.ts';
import type { Description, Task, TaskSource } from '../../pool/contract.ts';

export class EachCall implements TaskSource {
  readonly concurrency: number = Infinity;
  /** The highest: tasks are recalled from streams below a priority, and this call must not go to another worker. */
  readonly priority: number = Infinity;
  readonly batch = 1;
  readonly timeout = undefined;
  readonly terminateAfter = 0;
  readonly callSite: Error;
  readonly task: Task;
  readonly #settle: (outcome: PromiseSettledResult<unknown>) => void;

  constructor(call: Description, calledAt: Error, settle: (outcome: PromiseSettledResult<unknown>) => void) {
    this.task = { ...call, index: 0, seq: 0, input: undefined, crashes: 0 };
    this.callSite = calledAt;
    this.#settle = settle;
  }

  inContext<T>(act: () => T): T {
    return act();
  }

  waiting(): number {
    return 0;
  }

  next(): undefined {}

  /** The worker has ended, and no other may make the call. */
  putBack(tasks: readonly Task[]): void {
    if (tasks.length > 0) this.error(new WorkerCrashedError('The worker was gone before it could make the call'));
  }

  value(_task: Task, value: unknown): void {
    this.#settle({ status: 'fulfilled', value });
  }

  failure(_task: Task, error: unknown): void {
    this.error(error);
  }

  crashed(_task: Task, error: Error): boolean {
    this.error(error);
    return false;
  }

  proceed(): void {}

  closing(): void {}

  error(reason: unknown): void {
    this.#settle({ status: 'rejected', reason });
  }
}
