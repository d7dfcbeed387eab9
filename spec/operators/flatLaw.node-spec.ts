/**
 * The law of tasks that give many values, in virtual time: `parallelConcatMap` notifies exactly what `concatMap` notifies, and
 * `parallelMergeMap` a merge of the same values, those of each task in their order; `parallelFlatMapIterable` either,
 * however slowly it is read. That holds whatever the schedule, and however streams share a pool. At most `buffer` values
 * of a task are given and not emitted.
 */
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { VirtualTimeScheduler, from } from 'rxjs';
import {
  type ParallelFlatOptions,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMergeMap,
} from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { type Notification, type Script, inSequence, inputsOf, merged, script } from '../support/flatScripts.ts';
import { type Input, compute } from '../support/flatTask.ts';
import { lawPatience, lawRuns } from '../support/lawRuns.ts';
import { virtualTimers } from '../support/virtualTimers.ts';

const courses = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  takes: fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
  gaps: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
  ends: fc.array(fc.constantFrom('itself', 'itself', 'itself', 'crash', 'put-back'), { minLength: 1, maxLength: 12 }),
  /** Time between what an iterator gives and the next that it is asked for. */
  pauses: fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }),
} as const);
type Courses = typeof courses extends fc.Arbitrary<infer S> ? S : never;

class Unlucky extends Error {}
const RETRIES = 2;
/** No schedule takes this long. */
const LAST_FRAME = 100_000;

/** A pool in a time of its own, and what streams on it notify. */
class World {
  readonly scheduler = new VirtualTimeScheduler();
  readonly notified: Notification[][];
  /** The most that one task had given and not seen emitted, beyond its buffer. */
  ahead = 0;
  /** Generators that have begun and not ended. */
  open = 0;
  readonly fake: FakePool<{ values(input: Input): Generator<string> }>;
  readonly #drawn: Courses;
  #at = 0;

  constructor(scripts: readonly Script[], drawn: Courses) {
    this.#drawn = drawn;
    this.notified = scripts.map(() => []);
    const tries = new Map<Input, number>();
    const values = (input: Input): Generator<string> => this.#values(input, scripts[input.stream]!.buffer);
    const api = {
      *values(input: Input): Generator<string> {
        const before = tries.get(input) ?? 0;
        tries.set(input, before + 1);
        if (before < input.flaky) throw new Unlucky();
        yield* values(input);
      },
    };
    this.fake = new FakePool(api, {
      size: drawn.size,
      scheduler: this.scheduler,
      course: (task, attempt) => {
        const end = this.draw(drawn.ends);
        const spared = attempt > 6 || (end === 'crash' && task.crashes >= RETRIES);
        return {
          takes: this.draw(drawn.takes),
          ends: spared ? 'itself' : end,
          gap: () => this.draw(drawn.gaps),
        };
      },
    });
  }

  draw<T>(list: readonly T[]): T {
    return list[this.#at++ % list.length]!;
  }

  pause(): Promise<void> {
    const frames = this.draw(this.#drawn.pauses);
    return frames === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.scheduler.schedule(() => resolve(), frames));
  }

  *#values(input: Input, buffer: number): Generator<string> {
    const prefix = `${input.stream}:${input.at}:`;
    let given = 0;
    this.open++;
    try {
      for (const value of compute(input)) {
        const emitted = this.notified[input.stream]!.filter(([, each]) => String(each).startsWith(prefix)).length;
        this.ahead = Math.max(this.ahead, ++given - emitted - buffer);
        yield value;
      }
    } finally {
      this.open--;
    }
  }
}

const optionsOf = ({ buffer, concurrency, onError, retryDelay, window }: Script): ParallelFlatOptions => ({
  buffer,
  concurrency,
  onError,
  window,
  crashRetries: RETRIES,
  terminateAfter: Infinity,
  retry: { times: 2, delay: retryDelay, when: (error) => error instanceof Unlucky },
});

/** Runs all streams on one pool, to the end. */
function run(operator: typeof parallelConcatMap, scripts: readonly Script[], drawn: Courses): World {
  const world = new World(scripts, drawn);
  const { fake, notified, scheduler } = world;
  const timers = virtualTimers(scheduler);
  try {
    scripts.forEach((one, stream) => {
      const all = notified[stream]!;
      const subscription = from(inputsOf(one, stream))
        .pipe(operator((worker, input) => worker.values(input), fake.pool, optionsOf(one)))
        .subscribe({
          next: (value) => all.push(['next', value]),
          error: (error: unknown) => all.push(['error', error]),
          complete: () => all.push(['complete']),
        });
      const { unsubscribesAt } = one;
      if (unsubscribesAt !== null) scheduler.schedule(() => subscription.unsubscribe(), unsubscribesAt);
    });
    scheduler.flush();
  } finally {
    timers.giveBack();
  }
  return world;
}

/** The same, each stream read by a consumer that takes its time. */
async function iterate(ordered: boolean, scripts: readonly Script[], drawn: Courses): Promise<World> {
  const world = new World(scripts, drawn);
  const { fake, notified, scheduler } = world;
  const reading = new Set<Script>(scripts);
  const read = async (one: Script, stream: number): Promise<void> => {
    const all = notified[stream]!;
    let left = false;
    const iterator = parallelFlatMapIterable(
      inputsOf(one, stream),
      (worker, input) => worker.values(input),
      fake.pool,
      { ...optionsOf(one), ordered },
    );
    const { unsubscribesAt } = one;
    const leave = (): void => {
      left = true;
      void iterator.return!();
    };
    if (unsubscribesAt !== null) scheduler.schedule(leave, unsubscribesAt);
    try {
      for (;;) {
        await world.pause();
        const step = await iterator.next();
        if (left) return;
        if (step.done === true) return void all.push(['complete']);
        all.push(['next', step.value]);
      }
    } catch (error) {
      all.push(['error', error]);
    } finally {
      reading.delete(one);
    }
  };
  const timers = virtualTimers(scheduler);
  try {
    scripts.forEach((one, stream) => void read(one, stream));
    for (let frame = 0; (reading.size > 0 || fake.busy > 0) && frame < LAST_FRAME; frame++) {
      scheduler.maxFrames = frame;
      scheduler.flush();
      await turn();
    }
  } finally {
    timers.giveBack();
  }
  return world;
}

describe('The law of tasks that give many values', () => {
  const numRuns = lawRuns(400);
  const scripts = fc.array(script, { minLength: 1, maxLength: 4 });

  /** What an iterator has given is read a moment later. */
  const holds = (
    law: typeof inSequence,
    all: readonly Script[],
    { ahead, fake, notified, open }: World,
    unread: number,
  ): void => {
    throwUnless(ahead).toBeLessThanOrEqual(unread);
    throwUnless(open).toBe(0);
    throwUnless(fake.attached).withContext('streams left').toBe(0);
    throwUnless(fake.busy).withContext('slots left').toBe(0);
    all.forEach((one, stream) => law(one, stream, notified[stream]!, one.unsubscribesAt !== null));
  };

  for (const [name, operator, law] of [
    ['parallelConcatMap notifies what concatMap notifies', parallelConcatMap, inSequence],
    ['parallelMergeMap notifies a merge of the same values', parallelMergeMap, merged],
  ] as const)
    it(name, () => {
      fc.assert(
        fc.property(scripts, courses, (all, drawn) => holds(law, all, run(operator, all, drawn), 0)),
        { numRuns },
      );
      expect().nothing();
    });

  for (const [name, ordered, law] of [
    ['parallelFlatMapIterable gives what concatMap notifies', true, inSequence],
    ['parallelFlatMapIterable that is not ordered gives a merge of the same values', false, merged],
  ] as const)
    it(
      name,
      async () => {
        await fc.assert(
          fc.asyncProperty(scripts, courses, async (all, drawn) =>
            holds(law, all, await iterate(ordered, all, drawn), 1),
          ),
          { numRuns },
        );
        expect().nothing();
      },
      lawPatience(numRuns),
    );
});
