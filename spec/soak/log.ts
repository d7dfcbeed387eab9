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
  /** How many values it had received when its pool was closed under it, and how that was closed. */
  closed: { readonly drain: boolean; readonly arrived: number; readonly sourceDone: boolean } | undefined;
  /** Most values dispatched and not emitted. */
  mostOut: number;
  /** Which values were dispatched, where the host is asked for the call. */
  readonly dispatched: Set<number>;
  /** The tasks that have reported. */
  readonly reported: Set<number>;
  /** Failures of tasks that had given their value, as the last of many, and not ended. */
  readonly lateFailures: { readonly index: number; readonly reason: unknown }[];
  /** Most values taken from the source and not emitted. */
  mostTaken: number;
  /** Tasks that had been begun when it ended. */
  startsAtEnd: number;
  /** What was wrong at once. */
  readonly differences: string[];
  /** What the source gives again and again, where it does. */
  readonly row: { code: number; bad?: () => void };
}

/** Whether it has begun with its source, and not let go of it. */
export const holdsSource = ({ arrived, released, sourceDone, sourceFailed }: Log): boolean =>
  !released && (arrived > 0 || sourceDone || sourceFailed);

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
    dispatched: new Set(),
    reported: new Set(),
    lateFailures: [],
    mostTaken: 0,
    startsAtEnd: 0,
    differences: [],
    row: { code: -1 },
  };
}
