/** Streams drawn at random whose tasks give many values, and what they have to notify. */
import fc from 'fast-check';
import { concatMap, from } from 'rxjs';
import { type Input, compute, failure, succeeding } from './flatTask.ts';

export type Notification = readonly ['next', any] | readonly ['error', unknown] | readonly ['complete'];

export const script = fc.record({
  inputs: fc.array(
    fc.record({
      count: fc.oneof(fc.nat(4), fc.nat(30)),
      fails: fc.nat(9).map((n) => n === 0),
      flaky: fc.constantFrom(0, 0, 0, 1, 2),
    }),
    { maxLength: 15 },
  ),
  onError: fc.constantFrom('throw', 'settle', 'skip'),
  buffer: fc.integer({ min: 1, max: 5 }),
  window: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  concurrency: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  unsubscribesAt: fc.option(fc.nat(60), { freq: 4 }),
  retryDelay: fc.constantFrom(0, 1, 7, 30),
} as const);
export type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

export const inputsOf = ({ inputs }: Script, stream: number): Input[] =>
  inputs.map((input, at) => ({ stream, at, ...input }));

/** What the sequential operator notifies. */
function sequential(one: Script, stream: number): Notification[] {
  const notified: Notification[] = [];
  const settled = function* (input: Input): Generator {
    try {
      yield* compute(input);
    } catch (reason) {
      if (one.onError === 'settle') yield { status: 'rejected', index: input.at, input, reason };
    }
  };
  from(inputsOf(one, stream))
    .pipe(concatMap((input): Iterable<unknown> => (one.onError === 'throw' ? compute(input) : settled(input))))
    .subscribe({
      next: (value) => notified.push(['next', value]),
      error: (error: unknown) => notified.push(['error', error]),
      complete: () => notified.push(['complete']),
    });
  return notified;
}

const taskOfValue = (value: any): number => (typeof value === 'string' ? Number(value.split(':')[1]) : value.index);
const ofTask = (all: readonly Notification[], task: number): unknown[] =>
  all.filter(([kind, value]) => kind === 'next' && taskOfValue(value) === task).map(([, value]) => value);

/** It notified what `concatMap` would; less, where it was `left`. */
export function inSequence(one: Script, stream: number, got: readonly Notification[], left: boolean): void {
  const expected = sequential(one, stream);
  const cut = left && got.length < expected.length;
  throwUnless(got).toEqual(cut ? expected.slice(0, got.length) : expected);
}

/** It notified a merge of what the tasks give, those of each in their order; less, where it was `left`. */
export function merged(one: Script, stream: number, got: readonly Notification[], left: boolean): void {
  const end = got.at(-1)?.[0];
  const complete = end === 'complete';
  if (!left) throwUnless(end === 'error' || complete).toBe(true);
  const inputs = inputsOf(one, stream);
  for (const input of inputs) {
    const values: unknown[] = [...succeeding(input)];
    if (input.fails && one.onError === 'settle')
      values.push({ status: 'rejected', index: input.at, input, reason: failure(input) });
    const came = ofTask(got, input.at);
    throwUnless(came).toEqual(complete ? values : values.slice(0, came.length));
  }
  if (end !== 'error') return;
  throwUnless(one.onError).toBe('throw');
  throwUnless(inputs.some((input) => input.fails && failure(input) === got.at(-1)![1])).toBe(true);
}
