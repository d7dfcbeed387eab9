/** What is seen of a stream from outside while it runs. */

export interface Log {
  readonly values: unknown[];
  readonly sourceError: Error;
  readonly abortReason: Error;
  /** Values that the source has given. */
  arrived: number;
  sourceDone: boolean;
  sourceFailed: boolean;
  /** The source was let go of. */
  released: boolean;
  /** Asks a source that feeds on results for one more. */
  answer: (() => void) | undefined;
  subscribed: boolean;
  end: 'complete' | 'error' | 'left' | undefined;
  error: unknown;
  aborted: boolean;
  /** What it had taken when its pool was closed under it, and how that was. */
  closed: { readonly drain: boolean; readonly arrived: number; readonly sourceDone: boolean } | undefined;
  /** Most values dispatched and not emitted. */
  mostOut: number;
  dispatched: number;
  /** Tasks that had been begun when it ended. */
  startsAtEnd: number;
  /** What was wrong at once. */
  readonly differences: string[];
}

export function newLog(): Log {
  return {
    values: [],
    sourceError: new Error('the source failed'),
    abortReason: new Error('aborted'),
    arrived: 0,
    sourceDone: false,
    sourceFailed: false,
    released: false,
    answer: undefined,
    subscribed: false,
    end: undefined,
    error: undefined,
    aborted: false,
    closed: undefined,
    mostOut: 0,
    dispatched: 0,
    startsAtEnd: 0,
    differences: [],
  };
}
