/** Where a stream takes its values from. `pushInput.ts` and `pullInput.ts` are its two forms. */
import type { Arrival } from '../../pool/contract.ts';

export interface Input {
  /** How many values `take` could give now; where that cannot be known, `Infinity`. */
  readonly waiting: number;
  /** Whether nothing more will come. */
  readonly done: boolean;
  /** Whether another could be fetched at once: of a source that is pulled, and is not being read. */
  readonly readable: boolean;
  /** Whether values are fetched from a source that may have no end. */
  readonly pulls?: boolean;
  /** The number of the value that `take` gives next. */
  readonly index: number;
  /** When that came; undefined where it is pulled, and did not wait. */
  readonly arrival?: Arrival | undefined;
  /** Asked before `take` where some wait: whether there is one indeed. What is not read ahead is read now. */
  ready(): boolean;
  shift(): unknown;
  /** Fetches values while fewer than `wanted()` wait; a source that pushes needs no asking. */
  read(wanted: () => number): void;
  /** Takes nothing more from the source; what has been taken stays. */
  stop(): void;
  /** Forgets what waits. */
  clear(): void;
}
