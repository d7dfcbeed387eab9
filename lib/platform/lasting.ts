/** What a host knows of a worker that ended before it exposed anything. */

/** How it ended. */
export interface EarlyExit {
  /** What nobody caught in it, if that was the reason; an array, so that undefined is one too. */
  readonly cause?: readonly [unknown];
  readonly exitCode?: number | undefined;
  /** Whether it was running when it exited. */
  readonly ran?: boolean;
}

/** What is wrong with its module, and would be with the next worker. */
export type Lasting = 'exposes nothing' | 'never settles' | 'is not there';
