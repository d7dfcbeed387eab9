/** A call that one worker makes, and no other: of `pool.each`. */
import { WorkerCrashedError } from '../../api/errors.ts';
import type { Description, Task, TaskSource } from '../../pool/contract.ts';

export class EachCall implements TaskSource {
  readonly concurrency: number = Infinity;
  /** What a worker has not begun is taken back of streams below a priority: this never is, for no other may have it. */
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

  /** Its worker is gone, and it is for no other. */
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
