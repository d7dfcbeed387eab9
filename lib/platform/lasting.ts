/** The knowledge of a host about a worker that ended before it exposed anything. */

/** How it ended. */
export interface EarlyExit {
  /** The uncaught error, if that was the reason; an array, since undefined may be thrown. */
  readonly cause?: readonly [unknown];
  readonly exitCode?: number | undefined;
  /** Whether the thread had come online. */
  readonly ran?: boolean;
}

/** What is wrong with the module, so that the next worker would end the same way. */
export type Lasting = 'exposes nothing' | 'never settles' | 'is not there';
