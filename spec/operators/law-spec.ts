/**
 * The law: for a pure function, a source that does not error, and any schedule, `parallelMap` notifies exactly what
 * `concatMap((value) => [fn(value)])` notifies, and `parallelMapUnordered` the same values as they arrive. So they do for
 * one that fails by chance, where `retry` is large enough. With `key` the same holds, and the values of each key come to what
 * `concatMap` makes of these alone: none begins before those before it have their outcome, and with `sticky` all
 * begin at one worker, while that lives.
 */
import fc from 'fast-check';
import { Observable, type SchedulerLike, VirtualTimeScheduler, asyncScheduler, concatMap, of } from 'rxjs';
import {
  type ParallelOptions,
  TooManyFailuresError,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  taskOf,
} from '../../lib/index.ts';
import { FakePool, type FakeSettings } from '../support/fakePool.ts';
import { lawPatience, lawRuns } from '../support/lawRuns.ts';
import { virtualTimers } from '../support/virtualTimers.ts';

interface Input {
  readonly stream: number;
  readonly at: number;
  readonly fails: boolean;
  /** How many tries fail before one that does not; one more wherever the outcome of a try is lost. */
  readonly flaky: number;
  /** What it is about, where its stream has keys. */
  readonly key: unknown;
}
type Notification = readonly ['next', unknown] | readonly ['error', unknown] | readonly ['complete'];

class Failed extends Error {
  readonly input: Input;

  constructor(input: Input) {
    super(`input ${input.at} fails`);
    this.input = input;
  }
}

/** What a try fails with that has bad luck. */
class Unlucky extends Error {}

/** The pure function. */
function compute(input: Input): string {
  if (input.fails) throw new Failed(input);
  return `${input.stream}:${input.at}`;
}

/** What the tasks run: the pure function, with the bad luck of each input. `begins` is called for each try. */
function flakyApi(begins: (input: Input) => void): { compute: typeof compute } {
  const tries = new Map<Input, number>();
  return {
    compute(input) {
      begins(input);
      const before = tries.get(input) ?? 0;
      tries.set(input, before + 1);
      if (before < input.flaky) throw new Unlucky();
      return compute(input);
    },
  };
}

/** Keys, none of which is like another in a `Map`: `-0` is `0` there. */
const KEYS: readonly unknown[] = [undefined, Number.NaN, 0, '', {}, false, null, '0', {}, 'NaN', Symbol('key')];

/** How one stream goes: gaps of 0 are bursts, and synchronous where they come first. */
const script = fc.record({
  values: fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.nat(4)),
      fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      flaky: fc.constantFrom(0, 0, 0, 1, 2),
      key: fc.nat(KEYS.length - 1),
    }),
    {
      maxLength: 40,
    },
  ),
  completesAfter: fc.nat(3),
  startsAt: fc.nat(6),
  unsubscribesAt: fc.option(fc.nat(40), { freq: 4 }),
  onError: fc.constantFrom('throw', 'throw', 'settle', 'skip'),
  errorTiming: fc.constantFrom('in-order', 'in-order', 'in-order', 'immediate'),
  maxFailures: fc.constantFrom(undefined, 0, 1, 1, 2),
  window: fc.option(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(Infinity)), { nil: undefined }),
  concurrency: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  batch: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 6 })),
  terminateAfter: fc.constantFrom(0, 3, Infinity),
  /** Before another try; `undefined`: there is no bad luck. */
  retryDelay: fc.constantFrom(undefined, 0, 1, 5),
  /** How many different keys there are; 0: the stream has none. */
  keys: fc.constantFrom(0, 0, 1, 2, 3, KEYS.length),
  sticky: fc.boolean(),
} as const);
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

/** What is drawn is used round and round. */
const courses = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  takes: fc.array(fc.nat(6), { minLength: 1, maxLength: 20 }),
  ends: fc.array(fc.constantFrom('itself', 'itself', 'itself', 'crash', 'put-back'), { minLength: 1, maxLength: 20 }),
  rooms: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
  groups: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
} as const);
type Courses = typeof courses extends fc.Arbitrary<infer S> ? S : never;

const RETRIES = 2;

function inputsOf({ keys, retryDelay, values }: Script, stream: number): Input[] {
  return values.map(({ fails, flaky, key }, at) => ({
    stream,
    at,
    fails,
    flaky: retryDelay === undefined ? 0 : flaky,
    key: KEYS[key % Math.max(1, keys)],
  }));
}

const keyOf = ({ keys }: Script): ParallelOptions<Input>['key'] =>
  keys === 0 ? undefined : ({ key }, index) => (key === 0 && index % 2 === 1 ? -0 : key);

const retryOf = ({ retryDelay }: Script): ParallelOptions['retry'] =>
  retryDelay === undefined
    ? undefined
    : { times: 2, delay: (attempt) => attempt * retryDelay, when: (error) => error instanceof Unlucky };

/** Where the failures count in the order of the source. */
const limitOf = ({ errorTiming, maxFailures, onError }: Script): number | undefined =>
  onError === 'throw' || errorTiming === 'immediate' ? undefined : maxFailures;

/** The timers of the library are those of `scheduler` while `act` runs. */
function inTimeOf(scheduler: SchedulerLike, act: () => void): void {
  const timers = virtualTimers(scheduler);
  try {
    act();
  } finally {
    timers.giveBack();
  }
}

/** A cold source in time of `scheduler`. */
function sourceOf(one: Script, stream: number, scheduler: SchedulerLike): Observable<Input> {
  return new Observable((subscriber) => {
    let time = 0;
    const inputs = inputsOf(one, stream);
    one.values.forEach(({ gap }, at) => {
      time += gap;
      if (time === 0) subscriber.next(inputs[at]!);
      else subscriber.add(scheduler.schedule(() => subscriber.next(inputs[at]!), time));
    });
    time += one.completesAfter;
    if (time === 0) subscriber.complete();
    else subscriber.add(scheduler.schedule(() => subscriber.complete(), time));
  });
}

function poolOf(
  { size, takes, ends, rooms, groups }: Courses,
  scheduler: SchedulerLike,
  scripts: readonly Script[],
): FakePool<{ compute: typeof compute }> {
  let drawn = 0;
  const draw = <T>(from: readonly T[]): T => from[drawn++ % from.length]!;
  const course: FakeSettings['course'] = (task, attempt) => {
    const end = draw(ends);
    // Every task is run in the end.
    const spared = attempt > 6 || (end === 'crash' && task.crashes >= RETRIES);
    return { takes: draw(takes), ends: spared ? 'itself' : end };
  };
  /** Throws if a task before it of its key has no outcome yet. */
  const begins = ({ at, key, stream }: Input): void => {
    const one = scripts[stream]!;
    if (one.keys === 0) return;
    const over = new Set(finals(fake, stream).map(({ task }) => task.index));
    for (const before of inputsOf(one, stream).slice(0, at))
      if (Object.is(before.key, key))
        throwUnless(over.has(before.at)).withContext(`task ${before.at} before task ${at}`).toBeTrue();
  };
  const fake: FakePool<{ compute: typeof compute }> = new FakePool(flakyApi(begins), {
    size,
    scheduler,
    course,
    room: () => draw(rooms),
    group: () => draw(groups),
  });
  return fake;
}

interface Run {
  readonly fake: FakePool<{ compute: typeof compute }>;
  /** What each stream notified. */
  readonly notified: Notification[][];
  /** Most that were dispatched and not emitted, of each. */
  readonly mostOut: number[];
}

/** Runs all streams on one pool, to the end. */
function run(operator: typeof parallelMap, scripts: readonly Script[], drawn: Courses): Run {
  const scheduler = new VirtualTimeScheduler();
  const fake = poolOf(drawn, scheduler, scripts);
  const notified: Notification[][] = scripts.map(() => []);
  const mostOut = scripts.map(() => 0);
  scripts.forEach((one, stream) => {
    const { onError, errorTiming, window, concurrency, batch, terminateAfter } = one;
    const options: ParallelOptions = {
      onError,
      errorTiming,
      window,
      concurrency,
      batch,
      terminateAfter,
      crashRetries: RETRIES,
      retry: retryOf(one),
      key: keyOf(one),
      sticky: one.keys > 0 && one.sticky,
      maxFailures: operator === parallelMap ? limitOf(one) : undefined,
    };
    let dispatched = 0;
    const all = notified[stream]!;
    const result = sourceOf(one, stream, scheduler).pipe(
      operator(
        (worker, input, index) => {
          throwUnless(index).toBe(input.at);
          dispatched++;
          mostOut[stream] = Math.max(mostOut[stream]!, dispatched - all.length);
          return worker.compute(input);
        },
        fake.pool,
        options,
      ),
    );
    const start = (): void => {
      const subscription = result.subscribe({
        next: (value) => all.push(['next', value]),
        error: (error: unknown) => all.push(['error', error]),
        complete: () => all.push(['complete']),
      });
      if (one.unsubscribesAt !== null) scheduler.schedule(() => subscription.unsubscribe(), one.unsubscribesAt);
    };
    if (one.startsAt === 0) inTimeOf(scheduler, start);
    else scheduler.schedule(start, one.startsAt);
  });
  inTimeOf(scheduler, () => scheduler.flush());
  return { fake, notified, mostOut };
}

const tooMany = (failures: readonly unknown[], most: number): TooManyFailuresError =>
  new TooManyFailuresError(`${failures.length} tasks have failed: more than maxFailures, which is ${most}`, failures);

function settled(input: Input, failed: boolean, outcome: unknown): unknown {
  const { at: index } = input;
  return failed
    ? { status: 'rejected', index, input, reason: outcome }
    : { status: 'fulfilled', index, input, value: outcome };
}

/** What the sequential operator notifies for these inputs, of which `maxFailures` may fail. */
function sequential(one: Script, inputs: readonly Input[], maxFailures: number = Infinity): Notification[] {
  const notified: Notification[] = [];
  const failures: unknown[] = [];
  of(...inputs)
    .pipe(
      concatMap((input): unknown[] => {
        if (one.onError === 'throw') return [compute(input)];
        try {
          const value = compute(input);
          return [one.onError === 'settle' ? settled(input, false, value) : value];
        } catch (reason) {
          failures.push(reason);
          if (failures.length > maxFailures) throw tooMany(failures, maxFailures);
          return one.onError === 'settle' ? [settled(input, true, reason)] : [];
        }
      }),
    )
    .subscribe({
      next: (value) => notified.push(['next', value]),
      error: (error: unknown) => notified.push(['error', error]),
      complete: () => notified.push(['complete']),
    });
  return notified;
}

/** Outcomes of a stream's tasks that were not run again. */
const finals = (fake: FakePool<object>, stream: number): FakePool<object>['outcomes'] =>
  fake.outcomes.filter(({ task, value }) => !(value instanceof Unlucky) && (task.input as Input).stream === stream);

/** The notifications due for the outcomes that the stream got: in their order, up to what ends it. */
function dueTo(one: Script, stream: number, ran: Run): Notification[] {
  const notified: Notification[] = [];
  for (const { task, failed, value } of finals(ran.fake, stream)) {
    const input = task.input as Input;
    if (failed && one.onError === 'throw') return [...notified, ['error', value]];
    if (one.onError === 'settle') notified.push(['next', settled(input, failed, value)]);
    else if (!failed) notified.push(['next', value]);
  }
  return [...notified, ['complete']];
}

/** Each key has the notifications that `concatMap` makes of its values; of those that a failure or the end of all cut off, the first. */
function checkKeys(one: Script, stream: number, all: readonly Notification[]): void {
  if (one.keys === 0) return;
  const inputs = inputsOf(one, stream);
  const valueOf = ([, value]: Notification): unknown =>
    one.onError === 'settle' ? (value as { index: number }).index : Number((value as string).split(':')[1]);
  const end = all.at(-1);
  const failed = end?.[0] === 'error' ? (end[1] as Failed).input.at : undefined;
  for (const key of KEYS.slice(0, one.keys)) {
    const ofKey = inputs.filter((input) => Object.is(input.key, key));
    const expected = sequential(one, ofKey);
    const got = all.filter(
      (each) =>
        (each[0] === 'next' && ofKey.some(({ at }) => at === valueOf(each))) ||
        (each[0] === 'complete' && ofKey.length > 0) ||
        (each[0] === 'error' && ofKey.some(({ at }) => at === failed)),
    );
    throwUnless(got)
      .withContext(`key ${String(key)}`)
      .toEqual(expected.slice(0, got.length));
    if (end?.[0] === 'complete' && ofKey.length > 0) throwUnless(got.length).toBe(expected.length);
  }
}

/** How many results were there, in order and without a gap, when a failure came. */
function readyAtFailure(stream: number, ran: Run): number {
  const outcomes = finals(ran.fake, stream);
  const before = outcomes
    .slice(
      0,
      outcomes.findIndex(({ failed }) => failed),
    )
    .map(({ task }) => task.index);
  let ready = 0;
  while (before.includes(ready)) ready++;
  return ready;
}

/** What holds of every run. */
function checkLimits(scripts: readonly Script[], { fake, notified, mostOut }: Run): void {
  scripts.forEach((one, stream) => {
    const all = notified[stream]!;
    const ends = all.filter(([kind]) => kind !== 'next').length;
    if (one.unsubscribesAt === null) throwUnless(ends).withContext(`ends of stream ${stream}`).toBe(1);
    else throwUnless(ends).withContext(`ends of stream ${stream}`).toBeLessThanOrEqual(1);
    // With `skip`, what was emitted does not show which tasks have left the window.
    if (one.onError !== 'skip')
      throwUnless(mostOut[stream]!)
        .withContext(`window of stream ${stream}`)
        .toBeLessThanOrEqual(one.window ?? Infinity);
    const last = all.at(-1);
    if (last?.[0] === 'error') {
      const { input } = (last[1] instanceof TooManyFailuresError ? last[1].errors.at(-1) : last[1]) as Failed;
      throwUnless(taskOf(last[1])).toEqual({ index: input.at, input });
    }
  });
  // In the order in which they were attached, which is that in which they start.
  const started = scripts.map((one, stream) => ({ one, stream })).toSorted((a, b) => a.one.startsAt - b.one.startsAt);
  started.forEach(({ one }, attachment) => {
    throwUnless(fake.mostOf[attachment]!)
      .withContext('concurrency')
      .toBeLessThanOrEqual(one.concurrency ?? Infinity);
  });
  throwUnless(fake.strayed).withContext('sticky').toEqual([]);
  throwUnless(fake.attached).withContext('streams left').toBe(0);
  throwUnless(fake.busy).withContext('slots left').toBe(0);
  throwUnless(fake.stats().running).withContext('tasks left').toBe(0);
}

describe('the law', () => {
  const RUNS = { numRuns: lawRuns(300) };
  const ITERATED = { numRuns: lawRuns(40) };
  const streams = fc.array(script, { minLength: 1, maxLength: 3 });

  it('parallelMap notifies what concatMap notifies', () => {
    fc.assert(
      fc.property(streams, courses, (scripts, drawn) => {
        const result = run(parallelMap, scripts, drawn);
        checkLimits(scripts, result);
        scripts.forEach((one, stream) => {
          const all = result.notified[stream]!;
          const expected = sequential(one, inputsOf(one, stream), limitOf(one));
          const immediate = one.errorTiming === 'immediate' && all.at(-1)?.[0] === 'error';
          if (immediate) {
            const values = all.slice(0, -1);
            throwUnless(values).toEqual(expected.slice(0, values.length));
            throwUnless(values.length).toBeGreaterThanOrEqual(readyAtFailure(stream, result));
          } else if (one.unsubscribesAt === null) throwUnless(all).toEqual(expected);
          else throwUnless(all).toEqual(expected.slice(0, all.length));
        });
      }),
      RUNS,
    );
  });

  it('parallelMapUnordered notifies the same values, in the order in which they arrived', () => {
    fc.assert(
      fc.property(streams, courses, (scripts, drawn) => {
        const result = run(parallelMapUnordered, scripts, drawn);
        checkLimits(scripts, result);
        scripts.forEach((one, stream) => {
          const all = result.notified[stream]!;
          const due = dueTo(one, stream, result);
          checkKeys(one, stream, all);
          if (one.unsubscribesAt !== null) return throwUnless(all).toEqual(due.slice(0, all.length));
          throwUnless(all).toEqual(due);
          if (due.at(-1)![0] !== 'complete') return;
          const bySeq = (list: readonly Notification[]): string[] =>
            list.map((each) => JSON.stringify(each)).toSorted();
          throwUnless(bySeq(all)).toEqual(bySeq(sequential(one, inputsOf(one, stream))));
        });
      }),
      RUNS,
    );
  });

  it(
    'parallelMapIterable gives the same values, in order or as they arrive',
    async () => {
      await fc.assert(
        fc.asyncProperty(script, courses, fc.boolean(), async (drawnScript, drawn, ordered) => {
          const one = { ...drawnScript, unsubscribesAt: null, onError: 'settle' } as const;
          const inputs = inputsOf(one, 0);
          const fake = poolOf({ ...drawn, takes: drawn.takes.map((frames) => frames % 2) }, asyncScheduler, [one]);
          const { batch, concurrency, window } = one;
          const options = { onError: 'settle', batch, concurrency, window, ordered, crashRetries: RETRIES } as const;
          const results: Notification[] = [];
          const retry = retryOf({ ...one, retryDelay: one.retryDelay === undefined ? undefined : 1 });
          for await (const each of parallelMapIterable(inputs, (worker, input) => worker.compute(input), fake.pool, {
            ...options,
            retry,
            key: keyOf(one),
            sticky: one.keys > 0 && one.sticky,
          }))
            results.push(['next', each]);
          const expected = sequential(one, inputs).slice(0, -1);
          const byIndex = (list: readonly Notification[]): unknown[] =>
            list.toSorted((a, b) => (a[1] as { index: number }).index - (b[1] as { index: number }).index);
          throwUnless(ordered ? results : byIndex(results)).toEqual(expected);
          throwUnless(fake.strayed).withContext('sticky').toEqual([]);
          throwUnless(fake.attached).withContext('streams left').toBe(0);
        }),
        ITERATED,
      );
    },
    lawPatience(ITERATED.numRuns),
  );
});
