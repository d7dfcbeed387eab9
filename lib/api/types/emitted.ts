/** What a stream emits. Types only. */
import type { Settled } from './options.ts';

/** Results of type `R`, or with `onError: 'settle'` the outcome of each task. `Mode` is never where `onError` is omitted. */
export type EmittedOf<T, R, Mode extends 'throw' | 'settle' | 'skip'> = Outcomes<T, R>[[Mode] extends [never]
  ? 'throw'
  : Mode];

/** Values of type `R`; with `onError: 'settle'` also a rejected entry after the values of each failed task. */
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
