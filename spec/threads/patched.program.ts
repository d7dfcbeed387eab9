/** A stream in a process that has changed what everybody uses: `Error` and its prototype. Prints what it said as JSON. */
import { type Observable, lastValueFrom, range, toArray } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';

const patches: Record<string, () => void> = {
  nothing() {},
  frames: () => void (Error.prepareStackTrace = (_, frames) => frames),
  object: () => void (Error.prepareStackTrace = () => ({ odd: 1 })),
  throws: () =>
    void (Error.prepareStackTrace = () => {
      throw new TypeError('no stacks here');
    }),
  zero: () => void (Error.stackTraceLimit = 0),
  deleted: () => void Reflect.deleteProperty(Error, 'stackTraceLimit'),
  text: () => void Reflect.set(Error, 'stackTraceLimit', 'many'),
  uncaptured: () => void Reflect.deleteProperty(Error, 'captureStackTrace'),
  frozen() {
    for (const each of [Error, Error.prototype, Object.prototype, DOMException.prototype, TypeError.prototype])
      Object.freeze(each);
  },
};
patches[process.argv[2]!]!();

const said = async (results: Observable<{ status: string; reason?: unknown; value?: unknown }>): Promise<unknown> => {
  const outcomes = await lastValueFrom(results.pipe(toArray()));
  return outcomes.map(({ reason, status, value }) =>
    status === 'fulfilled' ? value : `${(reason as Error).name}: ${(reason as Error).message}`,
  );
};
const settle = { onError: 'settle' } as const;

const all = [
  await said(
    range(0, 3).pipe(
      parallelMap(
        (n) => {
          if (n === 1) throw new RangeError('as it is');
          return n;
        },
        1,
        settle,
      ),
    ),
  ),
  await said(
    range(0, 3).pipe(
      parallelMap(
        (n) => {
          Reflect.set(Error, 'prepareStackTrace', (_: unknown, frames: unknown) => frames);
          if (n === 1) throw new RangeError('frames');
          return n;
        },
        1,
        settle,
      ),
    ),
  ),
  await said(
    range(0, 3).pipe(
      parallelMap(
        (n) => {
          for (const each of [Error, Error.prototype, RangeError.prototype]) Object.freeze(each);
          if (n === 1) throw new RangeError('frozen');
          return n;
        },
        1,
        settle,
      ),
    ),
  ),
  await said(
    range(0, 3).pipe(
      parallelMap(
        (n) => {
          Reflect.deleteProperty(Error, 'stackTraceLimit');
          Reflect.deleteProperty(Error, 'captureStackTrace');
          if (n === 1) throw new DOMException('deleted', 'TimeoutError');
          return n;
        },
        1,
        settle,
      ),
    ),
  ),
];
console.log(JSON.stringify(all));
