/** The input of a stream, in two forms: `pushInput.ts` and `pullInput.ts`. */
import type { Arrival } from '../../pool/contract.ts';

export interface Input {
  /** How many values `shift` could give now; `Infinity` where that cannot be known. */
  readonly waiting: number;
  /** Whether the source has ended. */
  readonly done: boolean;
  /** Whether a value could be fetched at once: the source is pulled, and no read is pending. */
  readonly readable: boolean;
  /** Whether the source is pulled. */
  readonly pulls?: boolean;
  /** The number of the value that `shift` gives next. */
  readonly index: number;
  /** When that value came; undefined for a source that is pulled. */
  readonly arrival?: Arrival | undefined;
  /** Whether `shift` has a value, to be called before it when `waiting` is not 0: a value that is not read ahead is read now. */
  ready(): boolean;
  /** Removes and returns the next value. */
  shift(): unknown;
  /** Fetches values while fewer than `wanted()` wait; does nothing for a source that pushes. */
  read(wanted: () => number): void;
  /** Ends the source; the values that wait stay. */
  stop(): void;
  /** Drops the values that wait. */
  clear(): void;
}
