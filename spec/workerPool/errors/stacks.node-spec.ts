import * as published from 'rxjs-parallel';
import { filter, lastValueFrom, map, of, scan, tap, toArray } from 'rxjs';
import * as modules from '../../../lib/index.ts';
import type { Throwers } from '../../support/throwers.ts';

function failing(): never {
  throw new RangeError('failing');
}

async function failingLater(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  throw new RangeError('failing');
}

const SUBSCRIBED = '    at [in the worker; subscribed from]\n';

// Paths of files say nothing here: what is published is put together into a few.
for (const [what, { Worker, parallelMap, parallelMapIterable, workerPool }] of [
  ['by the modules', modules],
  ['by what is published', published],
] as const) {
  /** Subscribes through more operators than a stack has frames by default. */
  const whoSubscribes = async (fn: () => unknown = failing): Promise<Error> => {
    const stream = of(1).pipe(parallelMap(fn, 1), map(String), filter(Boolean), scan(String), tap(), toArray());
    return lastValueFrom(stream).then(
      () => new Error('did not fail'),
      (error: Error) => error,
    );
  };

  describe(`The stack of a task's error, ${what}`, () => {
    for (const fn of [failing, failingLater])
      it(`shows the frames of the task, with the lines of the inline function, then the place that subscribed (${fn.name})`, async () => {
        const { stack } = await whoSubscribes(fn);
        const [inWorker, outside] = stack!.split(SUBSCRIBED);
        expect(inWorker).toMatch(
          new RegExp(`^RangeError: failing\\n {4}at (?:async )?${fn.name} \\(inline-function:\\d:\\d+\\)\\n$`),
        );
        expect(outside).toMatch(/^ {4}at whoSubscribes \(/);
        expect(outside).not.toMatch(/node:internal|[\\/]rxjs[\\/]/);
        expect(outside!.split('\n').length).toBeLessThan(11);
      });

    for (const method of ['fail', 'failLater'] as const)
      it(`shows a worker module's frames and the place that iterates, and none of the library (${method})`, async () => {
        const pool = workerPool<Throwers>(
          () => new Worker(new URL('../../fixtures/throwers.worker.js', import.meta.url)),
          1,
        );
        try {
          const results = parallelMapIterable([1], (worker) => worker[method]('range'), pool);
          const { stack } = await results.next().then(
            () => new Error('did not fail'),
            (error: Error) => error,
          );
          const [inWorker, outside] = stack!.split(SUBSCRIBED);
          const frames = inWorker!.split('\n').slice(1, -1);
          expect(frames.length).toBeGreaterThan(0);
          for (const frame of frames) expect(frame).toContain('throwers');
          expect(outside).toMatch(/^ {4}at .*stacks\.node-spec\.js/);
        } finally {
          await pool.close();
        }
      });

    it('leaves the limit of stacks as it was', async () => {
      const { stackTraceLimit } = Error;
      await whoSubscribes();
      expect(Error.stackTraceLimit).toBe(stackTraceLimit);
      try {
        Error.stackTraceLimit = 0;
        expect((await whoSubscribes()).message).toBe('failing');
        expect(Error.stackTraceLimit).toBe(0);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  });
}
