import { firstValueFrom, of } from 'rxjs';
import { CloneError, Worker, type WorkerPool, parallelMap, taskOf, workerPool } from '../../../lib/index.ts';
import type { Throwable, Throwers } from '../../support/throwers.ts';

const open = {
  ours: () => new Worker(new URL('../../fixtures/throwers.worker.js', import.meta.url), { type: 'module' }),
  plain: () => new Worker(new URL('../../fixtures/plainThrowers.worker.js', import.meta.url), { type: 'module' }),
};

const caught = (pool: WorkerPool<Throwers>, what: Throwable, how: 'fail' | 'failLater' = 'fail'): Promise<unknown> =>
  firstValueFrom(of('input').pipe(parallelMap((worker) => worker[how](what), pool))).then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  );

for (const kind of ['ours', 'plain'] as const)
  describe(`What a task throws in a worker (${kind})`, () => {
    let pool: WorkerPool<Throwers>;
    beforeAll(() => (pool = workerPool(open[kind], 1)));
    afterAll(() => pool.close());

    for (const how of ['fail', 'failLater'] as const)
      it(`arrives with its class, its message and the stacks of both sides (${how})`, async () => {
        const error = (await caught(pool, 'range', how)) as Error;
        expect(error).toBeInstanceOf(RangeError);
        expect(error.name).toBe('RangeError');
        expect(error.message).toBe('too far');
        const { stack = '' } = error;
        const thrown = stack.search(/\bfail\b/);
        expect(thrown).toBeGreaterThanOrEqual(0);
        expect(stack.indexOf('thrown-spec')).toBeGreaterThan(thrown);
        // Frames of ours, by whatever file they are in.
        expect(stack).not.toContain('rxjs-parallel:');
        expect(taskOf(error)).toEqual({ index: 0, input: 'input' });
      });

    for (const [what, value] of [
      ['undefined', undefined],
      ['null', null],
      ['zero', 0],
      ['empty', ''],
      ['false', false],
      ['nan', NaN],
      ['text', 'just text'],
      ['object', { status: 404, at: new Date(0) }],
    ] as const)
      it(`arrives as it is where it is no Error (${what})`, async () => {
        expect(await caught(pool, what)).toEqual(value);
        expect(await caught(pool, what, 'failLater')).toEqual(value);
      });
  });

describe('What a task throws in a worker of ours', () => {
  let pool: WorkerPool<Throwers>;
  beforeAll(() => (pool = workerPool(open.ours, 1)));
  afterAll(() => pool.close());

  it('keeps its name, its nearest built-in class, and the properties that can cross', async () => {
    const error = await caught(pool, 'custom');
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).toEqual(jasmine.objectContaining({ name: 'ParseError', message: 'bad token', line: 7 }));
    expect(Object.keys(error as object).sort()).toEqual(['line', 'token']);
    expect(await caught(pool, 'coded')).toEqual(jasmine.objectContaining({ code: 'ENOENT', errno: -2 }));
  });

  it('keeps its chain of causes, even one of undefined', async () => {
    const error = (await caught(pool, 'caused')) as Error;
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).message).toBe('middle');
    expect((error.cause as Error).cause).toBe('inner');
    const undefinedCause = (await caught(pool, 'causedByUndefined')) as Error;
    expect(Object.hasOwn(undefinedCause, 'cause')).toBeTrue();
    expect(undefinedCause.cause).toBeUndefined();
    expect(Object.hasOwn((await caught(pool, 'range')) as Error, 'cause')).toBeFalse();
  });

  it('keeps the errors of an AggregateError', async () => {
    const error = (await caught(pool, 'aggregate')) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    const [first, second, third] = error.errors as [Error, string, Error];
    expect(first).toBeInstanceOf(RangeError);
    expect(second).toBe('second');
    expect(third).toEqual(jasmine.objectContaining({ name: 'ParseError', line: 3 }));
  });

  it('keeps a DOMException one, with its code', async () => {
    const error = (await caught(pool, 'dom')) as DOMException;
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe('AbortError');
    expect(error.message).toBe('given up');
    expect(error.code).toBe(20);
    // Not every browser gives it one.
    expect(typeof error.stack).toBe(typeof new DOMException().stack);
  });

  it('goes round where its causes do', async () => {
    const error = (await caught(pool, 'circular')) as Error;
    expect(error.message).toBe('round');
    expect(error.cause).toBe(error);
  });

  for (const [what, message] of [
    ['foreign', /no prototype/],
    ['frozen', /frozen/],
    ['nameless', /^/],
  ] as const)
    it(`is an Error however odd it is (${what})`, async () => {
      const error = await caught(pool, what);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toMatch(message);
    });

  for (const what of ['function', 'symbol'] as const)
    it(`is a CloneError where it cannot cross (${what})`, async () => {
      const error = (await caught(pool, what)) as Error;
      expect(error).toBeInstanceOf(CloneError);
      expect(error.message).toContain(what === 'function' ? 'a function (fail)' : 'Symbol');
    });
});
