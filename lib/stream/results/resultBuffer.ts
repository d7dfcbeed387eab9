import type { Task } from '../../pool/contract.ts';

/** The buffer in which outcomes wait until they are emitted; `reorderBuffer.ts` and `completionQueue.ts` implement it. */
export interface ResultBuffer {
  /** How many outcomes wait. */
  readonly held: number;
  /** Whether `shift` has an outcome now. */
  readonly ready: boolean;
  /** `index`: the number of the value, used by a `watch` of the pool. */
  store(seq: number, outcome: unknown, index: number): void;
  /** Adds values of a running task, where tasks give many values. */
  add?(seq: number, values: readonly unknown[], grant: (count: number) => void): void;
  /** Whether a task's values wait for those of the tasks before it. */
  readonly inOrder?: boolean;
  /** Removes and returns the next outcome to emit; only when `ready`. */
  shift(): unknown;
}

/** A failure that waits for its turn among the results: it ends the stream or, with a `task`, counts for `maxFailures`. */
export class Failure {
  readonly error: unknown;
  readonly task: Pick<Task, 'seq' | 'index' | 'input'> | undefined;

  constructor(error: unknown, task?: Pick<Task, 'seq' | 'index' | 'input'>) {
    this.error = error;
    this.task = task;
  }
}

/** The outcome of a task for which nothing is emitted (`onError: 'skip'`). */
export const SKIPPED: unique symbol = Symbol('skipped');
