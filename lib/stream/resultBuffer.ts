/** Where outcomes wait until they are emitted. `reorderBuffer.ts` and `completionQueue.ts` are its two forms. */
export interface ResultBuffer {
  /** Outcomes that wait: those that the stream has and has not emitted. */
  readonly held: number;
  /** Whether `take` has one now. */
  readonly ready: boolean;
  store(seq: number, outcome: unknown): void;
  /** The next to emit; only when `ready`. */
  take(): unknown;
}

/** A failure among the values. */
export class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** The place of a value that is left out of the results (`onError: 'skip'`). */
export const SKIPPED: unique symbol = Symbol('skipped');
