/** What a stream emits. Types only. */
import type { Settled } from './options.ts';

/** Results of type `R`, or with `onError: 'settle'` what became of each task. `Mode` is never where it is left out. */
export type EmittedOf<T, R, Mode extends 'throw' | 'settle' | 'skip'> = Outcomes<T, R>[[Mode] extends [never]
  ? 'throw'
  : Mode];

/** Values of type `R`, and with `onError: 'settle'` after those of a task that has failed its rejected entry. */
export type FlatEmittedOf<T, R, Mode extends 'throw' | 'settle' | 'skip'> =
  | R
  | ([Mode] extends [never]
      ? never
      : Mode extends 'settle'
        ? Extract<Settled<T, never>, { status: 'rejected' }>
        : never);

interface Outcomes<T, R> {
  readonly throw: R;
  readonly skip: R;
  readonly settle: Settled<T, R>;
}
