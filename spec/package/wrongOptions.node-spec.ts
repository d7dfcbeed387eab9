/** What every public function says of a wrong option: which it is, what was expected, what came. */
import {
  localPool,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  parallelMergeMap,
  workerPool,
} from '../../lib/index.ts';
import { bullmqPool, serve } from '../../lib/bullmq/index.ts';
import { timeline } from '../../lib/timeline/index.ts';

/** Wrong values, and what a message calls each. */
const VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  "'x'": 'x',
  "'3'": '3',
  true: true,
  NaN: Number.NaN,
  '-1': -1,
  '1.5': 1.5,
  '1000000000000': 1e12,
  Infinity,
  '5n': 5n,
  'Symbol(s)': Symbol('s'),
  'an array of 0': [],
  'an object': {},
  'a Map': new Map(),
  'a Promise': Promise.resolve(1),
  'a function': (
    () => () =>
      1
  )(),
};

/** By option: which of the values it may have. */
type Options = Readonly<Record<string, readonly string[]>>;

const STREAM: Options = {
  concurrency: ['1000000000000'],
  window: ['1000000000000', 'Infinity'],
  onError: [],
  errorTiming: [],
  timeout: ['1.5'],
  terminateAfter: ['1.5', 'Infinity'],
  crashRetries: ['1000000000000'],
  retry: ['1000000000000', 'Infinity', 'an object', 'a Map', 'an array of 0'],
  'retry.times': ['1000000000000', 'Infinity'],
  'retry.delay': ['1.5', 'a function'],
  'retry.when': ['a function'],
  maxFailures: ['1000000000000', 'Infinity'],
  priority: ['-1', '1.5', '1000000000000'],
  signal: [],
  onReport: ['a function'],
};
const ONE_RESULT: Options = { ...STREAM, batch: ['1000000000000'], key: ['a function'], sticky: ['true'] };
const MANY_VALUES: Options = { ...STREAM, buffer: ['1000000000000'] };
const PUSHED: Options = { maxPending: ['1000000000000', 'Infinity'], overflow: [] };
const PULLED: Options = { ordered: ['true'] };
const INLINE: Options = { setup: ['a function'], transfer: ['a function'] };
const RUN: Options = Object.fromEntries(
  Object.entries({ ...STREAM, deadline: ['1.5'] }).filter(([name]) =>
    /^(?:retry.*|priority|signal|timeout|deadline|onReport)$/.test(name),
  ),
);
const REDIS: Options = { prefix: ["'x'", "'3'"], maxPayload: ['1000000000000'], onError: ['a function'] };

const pool = localPool({ echo: (value: unknown) => value });
const fn = (): never => undefined as never;
const connection = 'redis://127.0.0.1:1';

/** By caller: its options, and what calls it. */
const CALLERS: Readonly<Record<string, readonly [options: Options, call: (options: any) => unknown]>> = {
  parallelMap: [{ ...ONE_RESULT, ...PUSHED }, (options) => parallelMap(fn, pool, options)],
  parallelMapUnordered: [{ ...ONE_RESULT, ...PUSHED }, (options) => parallelMapUnordered(fn, pool, options)],
  parallelMapIterable: [{ ...ONE_RESULT, ...PULLED }, (options) => parallelMapIterable([], fn, pool, options)],
  parallelConcatMap: [{ ...MANY_VALUES, ...PUSHED }, (options) => parallelConcatMap(fn, pool, options)],
  parallelMergeMap: [{ ...MANY_VALUES, ...PUSHED }, (options) => parallelMergeMap(fn, pool, options)],
  parallelFlatMapIterable: [{ ...MANY_VALUES, ...PULLED }, (options) => parallelFlatMapIterable([], fn, pool, options)],
  'pool.map': [{ ...ONE_RESULT, ...PUSHED }, (options) => pool.map(fn, options)],
  'pool.mapUnordered': [{ ...ONE_RESULT, ...PUSHED }, (options) => pool.mapUnordered(fn, options)],
  'pool.mapIterable': [{ ...ONE_RESULT, ...PULLED }, (options) => pool.mapIterable([], fn, options)],
  'pool.concatMap': [{ ...MANY_VALUES, ...PUSHED }, (options) => pool.concatMap(fn, options)],
  'pool.mergeMap': [{ ...MANY_VALUES, ...PUSHED }, (options) => pool.mergeMap(fn, options)],
  'pool.run': [RUN, (options) => pool.run(fn, options)],
  'pool.each': [{ keep: ['true'] }, (options) => pool.each(fn, options)],
  'pool.close': [{ drain: ['true'] }, (options) => pool.close(options)],
  workerPool: [
    {
      size: ['1000000000000', 'a function'],
      initTimeout: ['1.5'],
      idleTimeout: ['1.5'],
      maxTasksPerWorker: ['1000000000000'],
      maxQueue: ['1000000000000', 'Infinity'],
      carry: ['a function'],
      name: ["'x'", "'3'"],
    },
    (options) => workerPool(fn, options),
  ],
  localPool: [
    { setup: ['a function'], teardown: ['a function'], carry: ['a function'] },
    (options) => localPool({ echo: fn }, options),
  ],
  bullmqPool: [
    {
      ...REDIS,
      size: ['1000000000000'],
      initTimeout: ['1.5'],
      refusalTimeout: ['1.5'],
      checkInterval: [],
      expireAfter: [],
      carry: ['a function'],
    },
    (options) => bullmqPool('queue', { connection, ...options }),
  ],
  serve: [
    {
      ...REDIS,
      concurrency: ['1000000000000'],
      lockDuration: [],
      stalledInterval: [],
      maxStalledCount: ['1000000000000'],
    },
    (options) => serve(pool, { queue: 'queue', connection, ...options }),
  ],
  timeline: [{ most: ['1000000000000'], name: ["'x'", "'3'"] }, (options) => timeline(pool, options)],
  toSVG: [
    { title: ["'x'", "'3'"], stream: ['1000000000000'], duration: ['1.5', '1000000000000'] },
    (options) => timeline(pool).toSVG(options),
  ],
};

/** What an option needs besides, to be looked at. */
const BESIDES: Readonly<Record<string, object>> = {
  maxFailures: { onError: 'skip' },
  sticky: { key: fn },
};

function withOption(name: string, value: unknown): object {
  const [option, part] = name.split('.') as [string, string?];
  const given = part === undefined ? value : { times: 1, [part]: value };
  return { ...BESIDES[option], [option]: given };
}

/** What it throws, or rejects with. */
async function thrown(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    return error;
  }
}

async function expectRefused(act: () => unknown, what: string, shown: string): Promise<void> {
  const error = (await thrown(act)) as Error;
  const context = `${what} = ${shown}`;
  if (!(error instanceof TypeError || error instanceof RangeError)) return fail(`${context}: ${String(error)}`);
  expect(error.message.startsWith(`${what} must be `))
    .withContext(`${context}: ${error.message}`)
    .toBeTrue();
  expect(error.message.endsWith(`, got ${shown}`))
    .withContext(`${context}: ${error.message}`)
    .toBeTrue();
}

describe('A wrong option is reported by name, with what was expected and what came,', () => {
  for (const [caller, [options, call]] of Object.entries(CALLERS)) {
    it(`by ${caller}`, async () => {
      for (const [name, may] of Object.entries(options))
        for (const [shown, value] of Object.entries(VALUES))
          if (!may.includes(shown))
            await expectRefused(() => call(withOption(name, value)), `${caller}: ${name}`, shown);
    });

    if (!/^(?:bullmqPool|serve)$/.test(caller))
      it(`by ${caller}, where there are no options but something else`, async () => {
        const what = `${caller}: options${caller === 'workerPool' ? ' (or size)' : ''}`;
        for (const shown of ['null', "'x'", 'true', '5n', 'Symbol(s)', 'a Promise', 'a function'])
          await expectRefused(() => call(VALUES[shown]), what, shown);
      });
  }

  it('of inline functions', async () => {
    for (const [name, may] of Object.entries(INLINE))
      for (const [shown, value] of Object.entries(VALUES))
        if (!may.includes(shown))
          await expectRefused(() => parallelMap(fn, 1, { [name]: value }), `parallelMap: ${name}`, shown);
  });

  it('of methods with one argument', async () => {
    for (const [shown, value] of Object.entries(VALUES)) {
      if (shown === '1000000000000') continue;
      await expectRefused(() => pool.resize(value as never), 'pool.resize: size', shown);
      await expectRefused(() => pool.warmUp(value as never), 'pool.warmUp: workers', shown);
    }
  });

  it('of what a size that is a function gives', async () => {
    for (const [shown, value] of Object.entries(VALUES))
      if (shown !== '1000000000000')
        await expectRefused(() => workerPool(fn, { size: () => value as never }), 'workerPool: size', shown);
  });
});
