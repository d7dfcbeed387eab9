import { filter, lastValueFrom, map, of, scan, tap, toArray } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';

function failing(): never {
  throw new RangeError('failing');
}

/** Subscribes through more operators than a stack has frames by default. */
async function whoSubscribes(): Promise<Error> {
  const stream = of(1).pipe(parallelMap(failing, 1), map(String), filter(Boolean), scan(String), tap(), toArray());
  return lastValueFrom(stream).then(
    () => new Error('did not fail'),
    (error: Error) => error,
  );
}

describe("The stack of a task's error", () => {
  it('shows the frames of the task, with the lines of the inline function, then the place that subscribed', async () => {
    const { stack } = await whoSubscribes();
    const [inWorker, outside] = stack!.split('    at [in the worker; subscribed from]\n');
    expect(inWorker).toMatch(/^RangeError: failing\n {4}at failing \(inline-function:2:\d+\)\n$/);
    expect(outside).toContain('at whoSubscribes (');
    expect(outside).not.toMatch(/operator\.js|node:internal/);
    expect(outside).not.toMatch(/[\\/]rxjs[\\/]/);
    expect(outside!.split('\n').length).toBeLessThan(11);
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
