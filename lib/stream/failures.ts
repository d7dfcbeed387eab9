/** The failures of a stream's tasks: which of them end the stream (`onError`, `maxFailures`), and what is emitted for the others. */
import { isProgramError, rememberTask, TooManyFailuresError } from '../api/errors.ts';
import type { ResolvedOptions } from '../api/resolveOptions.ts';
import type { Task } from '../pool/contract.ts';
import { Failure, type ResultBuffer, SKIPPED } from './results/resultBuffer.ts';

type Failed = Pick<Task, 'seq' | 'index' | 'input'>;

/** The most failures that a `TooManyFailuresError` lists; further ones are only counted. */
const KEPT = 100;

export class Failures {
  /**
   * The `seq` of the first task that is known to fail the stream: no task after it starts, and their outcomes are ignored.
   * `-Infinity` once the stream has ended.
   */
  endAt: number = Infinity;
  /** An error that does not wait for the results before it. */
  immediate: Failure | undefined;
  readonly #options: ResolvedOptions;
  /** How many tasks have failed, and the last of them by `seq`, whether their turn has come or not. */
  #failed = 0;
  #last = 0;
  /** How many failures have had their turn among the results, and the first of their errors. */
  #counted = 0;
  readonly #errors: unknown[] = [];

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** A task has failed: stores what is to be emitted for it, or how it ends the stream. */
  add(
    task: Failed,
    error: unknown,
    results: ResultBuffer,
    onError: ResolvedOptions['onError'] = isProgramError(error) ? 'throw' : this.#options.onError,
  ): void {
    const { seq, index } = task;
    if (seq > this.endAt) return;
    rememberTask(error, task);
    const { errorTiming, maxFailures } = this.#options;
    const throws = onError === 'throw';
    let outcome: unknown;
    if (!throws && maxFailures === Infinity) outcome = this.#entryOf(task, error);
    else if (!throws && errorTiming === 'in-order') {
      outcome = new Failure(error, task);
      this.#last = Math.max(this.#last, seq);
      // Among the failures up to `#last` is the one that ends the stream: no task after `#last` matters any more.
      if (++this.#failed > maxFailures) this.endAt = Math.min(this.endAt, this.#last);
    } else {
      outcome = throws ? new Failure(error) : this.resultOf(new Failure(error, task));
      if (outcome instanceof Failure) {
        this.endAt = seq;
        if (errorTiming === 'immediate') return void (this.immediate = outcome);
      }
    }
    results.store(seq, outcome, index);
  }

  /**
   * What is emitted for a failure whose turn has come; a `Failure` where it ends the stream. It is counted here, in the order of
   * the results, so that it does not depend on timing which failure is one too many.
   */
  resultOf(failure: Failure): unknown {
    const { error, task } = failure;
    if (task === undefined) return failure;
    if (this.#errors.length < KEPT) this.#errors.push(error);
    const { maxFailures } = this.#options;
    if (++this.#counted <= maxFailures) return this.#entryOf(task, error);
    const tooMany = new TooManyFailuresError(
      `${this.#counted} tasks have failed: more than maxFailures, which is ${maxFailures}`,
      [...this.#errors],
    );
    rememberTask(tooMany, task);
    return new Failure(tooMany);
  }

  /** What is emitted for a failed task that does not end the stream. */
  #entryOf({ index, input }: Failed, reason: unknown): unknown {
    return this.#options.onError === 'skip' ? SKIPPED : { status: 'rejected', index, input, reason };
  }
}
