import type { Task } from '../../pool/contract.ts';

/** Where outcomes wait until they are emitted. `reorderBuffer.ts` and `completionQueue.ts` are its two forms. */
export interface ResultBuffer {
  /** Outcomes that wait: those that the stream has and has not emitted. */
  readonly held: number;
  /** Whether `take` has one now. */
  readonly ready: boolean;
  /** `index`: the number of its value, for whoever watches. */
  store(seq: number, outcome: unknown, index: number): void;
  /** Values of a task before its outcome, where tasks give many. */
  add?(seq: number, values: readonly unknown[], grant: (count: number) => void): void;
  /** Whether a task's values wait for those of the tasks before it. */
  readonly inOrder?: boolean;
  /** The next to emit; only when `ready`. */
  shift(): unknown;
}

/** A failure that waits for its turn. Among the results it ends the stream or, where it is of a `task`, counts for `maxFailures`. */
export class Failure {
  readonly error: unknown;
  readonly task: Pick<Task, 'seq' | 'index' | 'input'> | undefined;

  constructor(error: unknown, task?: Pick<Task, 'seq' | 'index' | 'input'>) {
    this.error = error;
    this.task = task;
  }
}

/** The place of a value that is left out of the results (`onError: 'skip'`). */
export const SKIPPED: unique symbol = Symbol('skipped');
