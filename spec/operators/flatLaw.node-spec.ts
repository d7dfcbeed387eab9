/**
 * The law of tasks that give many values: `parallelConcatMap` notifies exactly what `concatMap` notifies, and
 * `parallelMergeMap` a merge of the same values, those of each task in their order; whatever the schedule, and however
 * streams share a pool. At most `buffer` values of a task are given and not emitted.
 */
import fc from 'fast-check';
import { type SchedulerLike, VirtualTimeScheduler, concatMap, from } from 'rxjs';
import { type ParallelFlatOptions, parallelConcatMap, parallelMergeMap } from '../../lib/index.ts';
import { replaceClock } from '../../lib/primitives/clock.ts';
import { FakePool } from '../support/fakePool.ts';

interface Input {
  readonly stream: number;
  readonly at: number;
  readonly count: number;
  readonly fails: boolean;
  /** How many tries fail before the first value. */
  readonly flaky: number;
}
type Notification = readonly ['next', any] | readonly ['error', unknown] | readonly ['complete'];

const script = fc.record({
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
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

const courses = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  takes: fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
  gaps: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
  ends: fc.array(fc.constantFrom('itself', 'itself', 'itself', 'crash', 'put-back'), { minLength: 1, maxLength: 12 }),
} as const);
type Courses = typeof courses extends fc.Arbitrary<infer S> ? S : never;

class Unlucky extends Error {}
const RETRIES = 2;
const failure = (input: Input): string => `${input.stream}:${input.at} fails`;

function* compute(input: Input): Generator<string> {
  for (let nth = 0; nth < input.count; nth++) yield `${input.stream}:${input.at}:${nth}`;
  if (input.fails) throw failure(input);
}

const inputsOf = ({ inputs }: Script, stream: number): Input[] => inputs.map((input, at) => ({ stream, at, ...input }));

function inTimeOf(scheduler: SchedulerLike, act: () => void): void {
  const before = replaceClock({
    setTimeout: ((due: (...args: any[]) => void, ms: number, ...args: any[]) =>
      scheduler.schedule(() => due(...args), ms)) as never,
    clearTimeout: ((timer: { unsubscribe(): void } | undefined) => timer?.unsubscribe()) as never,
  });
  try {
    act();
  } finally {
    replaceClock(before);
  }
}

/** Runs all streams on one pool, to the end; returns what each notified, and the most that one task had given and not seen emitted. */
function run(
  operator: typeof parallelConcatMap,
  scripts: readonly Script[],
  drawn: Courses,
): { notified: Notification[][]; ahead: number; open: number } {
  const scheduler = new VirtualTimeScheduler();
  const notified: Notification[][] = scripts.map(() => []);
  const tries = new Map<Input, number>();
  let ahead = 0;
  let open = 0;
  const api = {
    *values(input: Input): Generator<string> {
      const before = tries.get(input) ?? 0;
      tries.set(input, before + 1);
      if (before < input.flaky) throw new Unlucky();
      const emitted = (): number =>
        notified[input.stream]!.filter(([, value]) => String(value).startsWith(`${input.stream}:${input.at}:`)).length;
      let given = 0;
      open++;
      try {
        for (const value of compute(input)) {
          ahead = Math.max(ahead, ++given - emitted() - scripts[input.stream]!.buffer);
          yield value;
        }
      } finally {
        open--;
      }
    },
  };
  let at = 0;
  const draw = <T>(list: readonly T[]): T => list[at++ % list.length]!;
  const fake = new FakePool(api, {
    size: drawn.size,
    scheduler,
    course(task, attempt) {
      const end = draw(drawn.ends);
      const spared = attempt > 6 || (end === 'crash' && task.crashes >= RETRIES);
      return { takes: draw(drawn.takes), ends: spared ? 'itself' : end, gap: () => draw(drawn.gaps) };
    },
  });
  inTimeOf(scheduler, () => {
    scripts.forEach((one, stream) => {
      const { buffer, concurrency, onError, retryDelay, unsubscribesAt, window } = one;
      const options: ParallelFlatOptions = {
        buffer,
        concurrency,
        onError,
        window,
        crashRetries: RETRIES,
        terminateAfter: Infinity,
        retry: { times: 2, delay: retryDelay, when: (error) => error instanceof Unlucky },
      };
      const all = notified[stream]!;
      const subscription = from(inputsOf(one, stream))
        .pipe(operator((worker, input) => worker.values(input), fake.pool, options))
        .subscribe({
          next: (value) => all.push(['next', value]),
          error: (error: unknown) => all.push(['error', error]),
          complete: () => all.push(['complete']),
        });
      if (unsubscribesAt !== null) scheduler.schedule(() => subscription.unsubscribe(), unsubscribesAt);
    });
    scheduler.flush();
  });
  return { notified, ahead, open };
}

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

describe('The law of tasks that give many values', () => {
  const numRuns = Number(process.env['LAW_RUNS'] ?? 400);
  const scripts = fc.array(script, { minLength: 1, maxLength: 4 });

  it('parallelConcatMap notifies what concatMap notifies', () => {
    fc.assert(
      fc.property(scripts, courses, (all, drawn) => {
        const { ahead, notified, open } = run(parallelConcatMap, all, drawn);
        throwUnless(ahead).toBeLessThanOrEqual(0);
        throwUnless(open).toBe(0);
        all.forEach((one, stream) => {
          const expected = sequential(one, stream);
          const got = notified[stream]!;
          const cut = one.unsubscribesAt !== null && got.length < expected.length;
          throwUnless(got).toEqual(cut ? expected.slice(0, got.length) : expected);
        });
      }),
      { numRuns },
    );
    expect().nothing();
  });

  it('parallelMergeMap notifies a merge of the same values', () => {
    fc.assert(
      fc.property(scripts, courses, (all, drawn) => {
        const { ahead, notified, open } = run(parallelMergeMap, all, drawn);
        throwUnless(ahead).toBeLessThanOrEqual(0);
        throwUnless(open).toBe(0);
        all.forEach((one, stream) => {
          const got = notified[stream]!;
          const end = got.at(-1)?.[0];
          const complete = end === 'complete';
          if (one.unsubscribesAt === null) throwUnless(end === 'error' || complete).toBe(true);
          for (const input of inputsOf(one, stream)) {
            const values: unknown[] = Array.from({ length: input.count }, (_, nth) => `${stream}:${input.at}:${nth}`);
            if (input.fails && one.onError === 'settle')
              values.push({ status: 'rejected', index: input.at, input, reason: failure(input) });
            const came = ofTask(got, input.at);
            throwUnless(came).toEqual(complete ? values : values.slice(0, came.length));
          }
          if (end === 'error') {
            throwUnless(one.onError).toBe('throw');
            throwUnless(inputsOf(one, stream).some((input) => input.fails && failure(input) === got.at(-1)![1])).toBe(
              true,
            );
          }
        });
      }),
      { numRuns },
    );
    expect().nothing();
  });
});
