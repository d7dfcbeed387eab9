/** What tasks of drawn streams give. */

/** One value of a stream: what its task gives. */
export interface Input {
  readonly stream: number;
  readonly at: number;
  readonly count: number;
  readonly fails: boolean;
  /** How many tries fail before the first value. */
  readonly flaky: number;
}

export const failure = (input: Input): string => `${input.stream}:${input.at} fails`;

export function* succeeding({ at, count, stream }: Input): Generator<string> {
  for (let nth = 0; nth < count; nth++) yield `${stream}:${at}:${nth}`;
}

export function* compute(input: Input): Generator<string> {
  yield* succeeding(input);
  if (input.fails) throw failure(input);
}
