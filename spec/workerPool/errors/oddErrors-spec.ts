import { firstValueFrom, lastValueFrom, map, of, range, toArray } from 'rxjs';
import { CloneError, Worker, type WorkerPool, parallelMap, workerPool } from '../../../lib/index.ts';
import type { Odd, OddApi } from '../../support/oddErrors.ts';

describe('An odd error of a task', () => {
  let pool: WorkerPool<OddApi>;
  let exits: unknown[];
  beforeAll(() => {
    pool = workerPool(
      () => new Worker(new URL('../../fixtures/oddErrors.worker.js', import.meta.url), { type: 'module' }),
      1,
    );
    pool.events$.subscribe((event) => event.type === 'worker:exit' && exits.push(event));
  });
  beforeEach(() => (exits = []));
  // Whatever was thrown, the worker goes on.
  afterEach(async () => {
    expect(await pool.run((worker) => worker.echo('alive'))).toBe('alive');
    expect(exits).toEqual([]);
  });
  afterAll(() => pool.close());

  const caught = (what: Odd): Promise<any> =>
    firstValueFrom(of(0).pipe(parallelMap((worker) => worker.fail(what), pool))).then(
      () => new Error('It did not fail'),
      (error: unknown) => error,
    );
  const field = (path: string, code: string): unknown =>
    jasmine.objectContaining({ name: 'FieldError', message: `${path} is wrong`, path, code });

  it('has errors of any kind: by field, in a Map, in a Set, as text, from an inherited getter', async () => {
    const { errors } = await caught('byField');
    expect(errors.name).toBeInstanceOf(Error);
    expect(errors).toEqual({ name: field('name', 'REQUIRED'), age: field('age', 'RANGE') });
    expect((await caught('byMap')).errors).toEqual(new Map([['a', field('a', 'E1')]]));
    expect([...(await caught('bySet')).errors]).toEqual([field('a', 'E1')]);
    expect((await caught('byText')).errors).toBe('a, b');
    const inherited = await caught('byGetter');
    expect(inherited.errors).toEqual([field('x', 'E')]);
    expect(inherited.cause).toEqual(field('y', 'F'));
  });

  it('comes without properties whose getters throw, and with all others', async () => {
    const error = await caught('trapped');
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('trapped');
    expect(Object.keys(error)).toEqual(['kept']);
    const stackless = await caught('trappedStack');
    expect(stackless).toBeInstanceOf(RangeError);
    expect(stackless.name).toBe('RangeError');
    expect(stackless.stack).toMatch(/^RangeError: no stack\n/);
    expect((await caught('trappedMessage')).message).toContain('the getter of message');
  });

  it('goes round where it went round, however many do', async () => {
    for (const [what, count] of [
      ['round', 5],
      ['large', 400],
    ] as const) {
      const error = await caught(what);
      expect(error).toBeInstanceOf(AggregateError);
      expect(error.errors.length).toBe(count);
      for (const each of error.errors) expect(each.cause).toBe(error);
      expect(error.errors[count - 1]).toEqual(jasmine.objectContaining({ path: `f${count - 1}`, code: 'E' }));
    }
  });

  it('is itself in each place where it was', async () => {
    const { at, cause, errors } = await caught('shared');
    expect(cause).toEqual(field('one', 'E'));
    expect([errors[0], errors[1], at.also[0]].every((each) => each === cause)).toBeTrue();
  });

  it('is cut where it never ends, and not before', async () => {
    expect((await caught('endless')).cause.errors[0].message).toBe('endless');
    let length = 0;
    for (let at = await caught('chain'); at instanceof Error; at = at.cause as Error) length++;
    expect(length).toBe(500);
  });

  it('has its own properties that are not enumerable, as such', async () => {
    const error = await caught('issues');
    expect(error.issues).toEqual([{ path: ['a', 0], code: 'invalid_type' }]);
    expect(Object.keys(error)).toEqual([]);
    expect('_zod' in error).toBeFalse();
  });

  it('holds errors whole: in its properties, in lists, objects, Maps and instances there', async () => {
    const error = await caught('held');
    expect(error.inner).toEqual(field('inner', 'E1'));
    expect(error.list).toEqual([field('list', 'E2')]);
    expect(error.deep.map.get('k')).toEqual(field('map', 'E3'));
    expect(error.deep.by.reason).toEqual(field('class', 'E4'));
    expect(error.deep.by.reason).toBeInstanceOf(Error);
  });

  it('is a DOMException or one of ours in the results of Promise.allSettled', async () => {
    for (const [first] of [await caught('settled'), (await caught('settledWithin')).results]) {
      expect(first.reason).toBeInstanceOf(DOMException);
      expect(first.reason.name).toBe('TimeoutError');
      expect(first.reason.message).toBe('late');
    }
    expect((await caught('settled'))[1].reason).toEqual(field('f', 'E'));
  });

  it('is whole in a result, too, and itself where it is the result', async () => {
    const [first, second, third] = (await pool.run((worker) => worker.settle())) as any[];
    expect(first.reason).toBeInstanceOf(DOMException);
    expect(first.reason.name).toBe('TimeoutError');
    expect(second.reason).toEqual(field('f', 'E'));
    expect(third).toEqual({ status: 'fulfilled', value: 1 });
    const { cause, errors } = (await pool.run((worker) => worker.give('shared'))) as AggregateError;
    expect(errors).toEqual([field('one', 'E'), field('one', 'E')]);
    expect(errors[0]).toBe(cause);
    expect(((await pool.run((worker) => worker.give('domWithCode'))) as any).code).toBe('X');
  });

  it('is whole beside what is moved, and has what of that it had', async () => {
    const results = range(0, 20).pipe(
      parallelMap((worker, n) => (n % 3 === 0 ? worker.giveMoved(n) : worker.echo({ n })), pool, { batch: 8 }),
      toArray(),
    );
    for (const [n, result] of (await lastValueFrom(results)).entries()) {
      if (n % 3 !== 0) {
        expect(result).toEqual({ n });
        continue;
      }
      const { all, at, bytes, error } = result as any;
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toEqual(jasmine.objectContaining({ message: 'beside', code: 'E', cause: n }));
      expect(error.bytes).toBe(bytes);
      expect(bytes).toEqual(Uint8Array.of(n, n, n));
      expect(bytes.buffer).toBe(all);
      expect(at).toEqual(new Date(n));
    }
    expect(await pool.run((worker) => worker.leftOfMoved())).toBe(0);
  });

  it('may be a DOMException with properties of its own', async () => {
    const error = await caught('domWithCode');
    expect(error).toBeInstanceOf(DOMException);
    expect(error.code).toBe('X');
    expect(error.name).toBe('TimeoutError');
    const all = await caught('domWithAll');
    expect(all).toBeInstanceOf(DOMException);
    expect([all.code, all.cause]).toEqual(['own code', 'own cause']);
    const skipped = range(0, 3).pipe(
      parallelMap((worker, n) => (n === 1 ? worker.fail('domWithCode') : worker.echo(n)), pool, { onError: 'skip' }),
      toArray(),
    );
    expect(await lastValueFrom(skipped)).toEqual([0, 2]);
  });

  it('keeps the classes of WebAssembly, and SuppressedError', async () => {
    expect(await caught('runtime')).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(await caught('compile')).toBeInstanceOf(WebAssembly.CompileError);
    expect(await caught('link')).toBeInstanceOf(WebAssembly.LinkError);
    const { error, message, name, suppressed } = await caught('suppressed');
    expect([name, message]).toEqual(['SuppressedError', 'both']);
    expect([error, suppressed]).toEqual([field('a', 'A'), field('b', 'B')]);
  });

  it('may be a Proxy that cannot be read', async () => {
    expect(await caught('revoked')).toBeInstanceOf(CloneError);
    const holds = await caught('revokedWithin');
    expect(holds.message).toBe('holds');
    expect(holds.kept).toBe(1);
    expect('gone' in holds).toBeFalse();
    expect(await caught('proxied')).toBeInstanceOf(TypeError);
    expect((await caught('keyless')).message).toBe('keyless');
    expect((await caught('noPrototype')).code).toBe('E');
  });

  it('leaves out what cannot cross, whatever it is called', async () => {
    const error = await caught('symbols');
    expect(Object.keys(error).sort()).toEqual(['kept', 'n']);
    const keys = await caught('oddKeys');
    expect(Object.getOwnPropertyDescriptor(keys, '__proto__')?.value).toEqual({ a: 1 });
    expect(Object.getPrototypeOf(keys)).toBe(Error.prototype);
    expect(Object.getOwnPropertyDescriptor(keys, 'constructor')?.value).toBe('c');
    const leftOff = await caught('leftOff');
    expect('first' in leftOff).toBeFalse();
    expect(leftOff.second).toEqual({ list: [1, 2] });
  });

  it('leaves out what is too deep, and what never ends', async () => {
    for (const what of ['deep', 'endlessData'] as const) {
      const error = await caught(what);
      expect(Object.keys(error)).toEqual(['kept']);
    }
  });

  it('may hold bytes, of a view only those that it shows', async () => {
    const error = await caught('binary');
    expect(error.bytes).toEqual(new Uint8Array(10).fill(7));
    expect(error.bytes.buffer.byteLength).toBe(10);
    expect(error.view.byteLength).toBe(1000);
    expect([error.part.byteLength, error.part.buffer.byteLength]).toEqual([4, 4]);
    const { data, text } = await caught('bulky');
    expect([data.byteLength, text.length]).toEqual([30_000_000, 1_000_000]);
  });

  it('may hold very much', async () => {
    const { rows } = await caught('manyObjects');
    expect([rows.length, rows[149_999]]).toEqual([150_000, { n: 149_999 }]);
    expect((await caught('longList')).list[999_999]).toBe(999_999);
    expect((await caught('sparse')).list.length).toBe(4_000_000_001);
  });

  it('is as it was when it was thrown', async () => {
    const settled = range(0, 200).pipe(
      parallelMap((worker, n) => worker.failAgain(n), pool, { onError: 'settle' }),
      map((outcome) => (outcome as unknown as { reason: { seen: number[] } }).reason.seen.at(-1)),
      toArray(),
    );
    const seen = await lastValueFrom(settled);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });
});
