/** What a stream emits. Types only. */
import type { Settled } from './options.ts';

/** Results of type `R`, or with `onError: 'settle'` what became of each task. `Mode` is never where it is left out. */
export type EmittedOf<T, R, Mode extends 'throw' | 'settle' | 'skip'> = Outcomes<T, R>[[Mode] extends [never]
  ? 'throw'
  : Mode];

interface Outcomes<T, R> {
  readonly throw: R;
  readonly skip: R;
  readonly settle: Settled<T, R>;
}
