/** The law of tasks that give many values, on real workers: see `operators/flatLaw`, which has more schedules. */
import fc from 'fast-check';
import { type Observable, from } from 'rxjs';
import {
  type ParallelFlatOptions,
  Worker,
  type WorkerPool,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMergeMap,
  workerPool,
} from '../../../lib/index.ts';
import type { StreamingApi } from '../../fixtures/streaming.worker.ts';
import { lawRuns } from '../../support/lawRuns.ts';
import { type Notification, type Script, inSequence, inputsOf, merged, script } from '../../support/flatScripts.ts';

const courses = fc.record({
  waits: fc.array(fc.constantFrom('not', 'not', 'microtask', 'turn', 'a while'), { minLength: 1, maxLength: 6 }),
  atOnce: fc.boolean(),
  /** After how many values a stream is left. */
  leavesAfter: fc.option(fc.nat(20), { freq: 3 }),
} as const);
type Courses = typeof courses extends fc.Arbitrary<infer S> ? S : never;

const optionsOf = ({ buffer, concurrency, onError, window }: Script): ParallelFlatOptions => ({
  buffer,
  concurrency,
  onError,
  window,
});

describe('The law of tasks that give many values, on workers,', () => {
  const numRuns = Math.ceil(lawRuns(400) / 10);
  const scripts = fc.array(script, { minLength: 1, maxLength: 3 });
  let pool: WorkerPool<StreamingApi>;
  beforeEach(() => {
    const url = new URL('../../fixtures/streaming.worker.js', import.meta.url);
    pool = workerPool<StreamingApi>(() => new Worker(url, { type: 'module' }), 2);
  });
  afterEach(() => pool.close({ drain: false }));

  const describeTask =
    ({ atOnce, waits }: Courses) =>
    (worker: any, input: unknown) =>
      atOnce ? worker.drawnAtOnce(input) : worker.drawn(input, waits);

  const subscribed =
    (operator: typeof parallelConcatMap) =>
    (one: Script, stream: number, drawn: Courses): Promise<Notification[]> =>
      new Promise((resolve) => {
        const all: Notification[] = [];
        const values: Observable<unknown> = from(inputsOf(one, stream)).pipe(
          operator(describeTask(drawn), pool, optionsOf(one)) as never,
        );
        const subscription = values.subscribe({
          next(value) {
            all.push(['next', value]);
            if (all.length !== drawn.leavesAfter) return;
            resolve(all);
            // It may be in the middle of subscribing.
            queueMicrotask(() => subscription.unsubscribe());
          },
          error: (error: unknown) => resolve([...all, ['error', error]]),
          complete: () => resolve([...all, ['complete']]),
        });
      });

  const read =
    (ordered: boolean) =>
    async (one: Script, stream: number, drawn: Courses): Promise<Notification[]> => {
      const all: Notification[] = [];
      const options = { ...optionsOf(one), ordered };
      try {
        const values = parallelFlatMapIterable(inputsOf(one, stream), describeTask(drawn), pool, options as never);
        for await (const value of values) {
          all.push(['next', value]);
          if (all.length === drawn.leavesAfter) return all;
        }
        return [...all, ['complete']];
      } catch (error) {
        return [...all, ['error', error]];
      }
    };

  for (const [name, play, law] of [
    ['parallelConcatMap notifies what concatMap notifies', subscribed(parallelConcatMap), inSequence],
    ['parallelMergeMap notifies a merge of the same values', subscribed(parallelMergeMap), merged],
    ['parallelFlatMapIterable gives what concatMap notifies', read(true), inSequence],
    ['parallelFlatMapIterable that is not ordered gives a merge of the same values', read(false), merged],
  ] as const)
    it(
      name,
      async () => {
        await fc.assert(
          fc.asyncProperty(scripts, courses, async (all, drawn) => {
            const got = await Promise.all(all.map((one, stream) => play(one, stream, drawn)));
            all.forEach((one, stream) => law(one, stream, got[stream]!, drawn.leavesAfter !== null));
          }),
          { numRuns },
        );
        expect(pool.stats().restarts).toBe(0);
      },
      Math.max(120_000, 5_000 * numRuns),
    );
});
