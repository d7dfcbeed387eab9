/** `key`: tasks of one key run one after another, in the order of the source. That this is a law: `law-spec.ts`. */
import { type Observable, Subject, from, of, range } from 'rxjs';
import {
  localPool,
  parallelConcatMap,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  taskOf,
} from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { Counter, Gates, turn } from '../support/gates.ts';
import { marbles } from '../support/marbles.ts';

/** What an Observable notifies, as it comes. */
function notified(source: Observable<unknown>): unknown[] {
  const all: unknown[] = [];
  source.subscribe({
    next: (value) => all.push(value),
    error: (error: unknown) => all.push(['error', error]),
    complete: () => all.push('complete'),
  });
  return all;
}

const echo = { run: (value: any): any => value };
/** Letters before `m` are of one key, those after of another. */
const half = (letter: string): string => (letter < 'm' ? 'first' : 'second');

describe('key', () => {
  it('lets tasks of one key run one after another, and those of different keys side by side', () => {
    marbles(({ cold, crew, expectObservable, flush }) => {
      const fake = crew(4, { a: 5, b: 2, x: 3, y: 3 });
      const values = cold('(abxy|)');
      expectObservable(
        values.pipe(parallelMapUnordered((worker, value) => worker.run(value), fake.pool, { key: half })),
      ).toBe('---x-ay(b|)');
      flush();
      expect(fake.mostBusy).toBe(2);
      expect(fake.begun).toEqual([0, 2, 3, 1]);
    });
  });

  it('leaves the results of parallelMap in the order of the source', () => {
    marbles(({ cold, crew, expectObservable }) => {
      const { pool } = crew(4, { a: 5, b: 2, x: 3, y: 3 });
      const result = cold('(abxy|)').pipe(parallelMap((worker, value) => worker.run(value), pool, { key: half }));
      expectObservable(result).toBe('-----a-(bxy|)');
    });
  });

  it('compares keys as a Map does, whatever they are', async () => {
    const one = {};
    const keys = [undefined, null, false, '', '0', 0, -0, Number.NaN, Number.NaN, one, one, {}, 1n];
    const gates = new Gates(keys.length);
    const result = from(keys.keys()).pipe(
      parallelMapUnordered((worker, n) => worker.run(n), gates.fake.pool, { key: (n) => keys[n] }),
    );
    notified(result);
    const seconds = [6, 8, 10];
    expect(gates.fake.begun).toEqual([...keys.keys()].filter((n) => !seconds.includes(n)));
    for (const n of [5, 7, 9]) await gates.end(n);
    expect(gates.fake.begun.slice(-3)).toEqual(seconds);
  });

  it('is called once for each value, in the order of the source, with its index', () => {
    const asked: unknown[] = [];
    const key = (value: string, index: number): string => {
      asked.push([value, index]);
      return value;
    };
    notified(of('a', 'a', 'b').pipe(parallelMap((worker, value) => worker.run(value), localPool(echo), { key })));
    expect(asked).toEqual([
      ['a', 0],
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('holds others back by a key that takes long only when the window is full', async () => {
    for (const window of [3, 5]) {
      const gates = new Gates(4);
      const inputs = ['a1', 'a2', 'b1', 'a3', 'c1', 'd1'];
      const key = ([letter]: string): string => letter!;
      const options = { key, window };
      notified(from(inputs).pipe(parallelMapUnordered((worker, value) => worker.run(value), gates.fake.pool, options)));
      expect(gates.fake.begun).toEqual(window === 3 ? [0, 2] : [0, 2, 4]);
      await gates.end('b1');
      // Its place in the window is free for the next, which in the smaller one has to wait for its key.
      expect(gates.fake.begun).toEqual(window === 3 ? [0, 2] : [0, 2, 4, 5]);
      await gates.end('a1');
      expect(gates.fake.begun.includes(1)).toBeTrue();
    }
  });

  it('reads no more ahead for one key than a window of no limit may: a source may have no end', async () => {
    for (const objects of [false, true]) {
      const gates = new Gates(2);
      const counter = new Counter();
      const numbers = counter.numbers();
      const source = objects
        ? (function* () {
            for (const n of numbers) yield { n };
          })()
        : numbers;
      const results = parallelMapIterable(source as Iterable<any>, (worker, n) => worker.run(n), gates.fake.pool, {
        key: () => 'the only one',
        window: Infinity,
      });
      const first = results.next();
      await turn();
      expect(gates.fake.begun).toEqual([0]);
      expect(counter.read).toBeLessThan(2000);
      await results.return!();
      expect(await first).toEqual({ done: true, value: undefined });
      expect(counter.closed).toBe(1);
    }
  });

  it('goes on where a key ends while all that the window lets through waits for it', async () => {
    // As Pekko's mapAsyncPartitioned did not: its buffer was full of one key, and nothing was pulled when that ended.
    for (const operator of [parallelMap, parallelMapUnordered]) {
      const gates = new Gates(2);
      const inputs = ['a1', 'a2', 'a3', 'b1', 'a4', 'b2'];
      const options = { key: ([letter]: string) => letter, window: 3 };
      const all = notified(from(inputs).pipe(operator((worker, value) => worker.run(value), gates.fake.pool, options)));
      for (const input of ['a1', 'a2', 'a3', 'b1', 'a4', 'b2']) await gates.end(input);
      expect(all).toEqual([...inputs, 'complete']);
    }
    const gates = new Gates(2);
    const results = parallelMapIterable([1, 2, 3, 4], (worker, n) => worker.run(n), gates.fake.pool, {
      key: (n) => n > 3,
      window: 3,
    });
    for (const n of [1, 2, 3, 4]) {
      const next = results.next();
      await turn();
      await gates.end(n);
      expect(await next).toEqual({ done: false, value: n });
    }
    expect((await results.next()).done).toBeTrue();
  });

  it('goes on where a source pushes from within next, a value of the same key or of another', () => {
    // As Pekko's did not: it waited for itself when it was called from within the callback of a result.
    for (const operator of [parallelMap, parallelMapUnordered])
      for (const window of [1, 2, undefined])
        for (const takes of [0, 1])
          marbles(({ scheduler, flush }) => {
            const fake = new FakePool(echo, { size: 2, scheduler, course: () => ({ takes }) });
            const source = new Subject<number>();
            const values: unknown[] = [];
            source
              .pipe(operator((worker, n) => worker.run(n), fake.pool, { key: (n) => n % 3 === 0, window }))
              .subscribe({
                next(n: number) {
                  values.push(n);
                  if (n < 100) {
                    source.next(n + 3);
                    source.next(n + 101);
                  } else if (values.length > 60) source.complete();
                },
                complete: () => values.push('complete'),
              });
            source.next(0);
            source.next(3);
            flush();
            expect(values.at(-1)).toBe('complete');
            expect(new Set(values).size).toBeGreaterThan(30);
            expect(fake.attached).toBe(0);
          });
  });

  it('that throws fails the value, as fn does', async () => {
    const key = (n: number): number => {
      if (n === 1) throw new RangeError('no key');
      return 0;
    };
    const run = (onError: 'throw' | 'settle' | 'skip'): unknown[] =>
      notified(range(0, 3).pipe(parallelMap((worker, n) => worker.run(n), localPool(echo), { key, onError })));
    const thrown = run('throw');
    await turn();
    expect(thrown).toEqual([0, ['error', new RangeError('no key')]]);
    expect(taskOf((thrown[1] as [string, unknown])[1])).toEqual({ index: 1, input: 1 });
    expect(run('skip')).toEqual([0, 2, 'complete']);
    const statuses = run('settle').map((each) => (each as { status?: string }).status);
    expect(statuses).toEqual(['fulfilled', 'rejected', 'fulfilled', undefined]);
  });

  it('that is async ends the stream, whatever its onError says: each Promise would be a key of its own', () => {
    for (const onError of ['throw', 'settle', 'skip'] as const) {
      const key = async (n: number): Promise<number> => n % 2;
      const all = notified(
        range(0, 3).pipe(parallelMap((worker, n) => worker.run(n), localPool(echo), { key, onError })),
      );
      expect(all).toEqual([['error', new TypeError('parallelMap: key must not return a Promise')]]);
      expect(taskOf((all[0] as [string, unknown])[1])).toEqual({ index: 0, input: 0 });
    }
  });

  it('may be an object with a then of its own', () => {
    const keys = [{ then: 1 }, { then: () => {} }];
    const all = notified(
      from(keys).pipe(parallelMap((worker) => worker.run(1), localPool(echo), { key: (each) => each })),
    );
    expect(all).toEqual([1, 1, 'complete']);
  });

  it('emits in its turn what fn throws for a value that waits', async () => {
    const gates = new Gates(2);
    const all = notified(
      of('a', 'bad', 'b').pipe(
        parallelMapUnordered(
          (worker, value) => {
            if (value === 'bad') throw value;
            return worker.run(value);
          },
          gates.fake.pool,
          { key: () => undefined, onError: 'settle' },
        ),
      ),
    );
    expect(all).toEqual([]);
    await gates.end('a');
    const indices = (): unknown[] => all.map((each) => (each as { index?: number }).index ?? each);
    expect(indices()).toEqual([0, 1]);
    await gates.end('b');
    expect(indices()).toEqual([0, 1, 2, 'complete']);
  });

  it('keeps the turn of a task that is run again: the next of its key waits', () => {
    const api = { run: letterOnce() };
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      const fake = new FakePool(api, { size: 2, scheduler });
      const options = { key: () => 0, retry: 1 };
      const result = cold('(ab|)').pipe(parallelMapUnordered((worker, value) => worker.run(value), fake.pool, options));
      expectObservable(result).toBe('--a-(b|)');
      flush();
      expect(fake.begun).toEqual([0, 0, 1, 1]);
    });
  });

  it('keeps it also where its worker dies', () => {
    marbles(({ cold, scheduler, expectObservable, flush }) => {
      const fake = new FakePool(echo, {
        size: 2,
        scheduler,
        course: ({ index }, attempt) => ({ takes: 1, ends: index === 0 && attempt === 1 ? 'crash' : 'itself' }),
      });
      const options = { key: () => 0, crashRetries: 1 };
      const result = cold('(ab|)').pipe(parallelMapUnordered((worker, value) => worker.run(value), fake.pool, options));
      expectObservable(result).toBe('--a(b|)');
      flush();
      expect(fake.begun).toEqual([0, 0, 1]);
    });
  });

  it('describes a value before its source fills the object again, though it waits', async () => {
    function* refilled(): Generator<{ n: number }> {
      const row = { n: 0 };
      for (row.n = 1; row.n <= 20; row.n++) yield row;
    }
    const numbers: unknown[] = [];
    const results = parallelMapIterable(refilled(), (worker, row) => worker.run(row), localPool(echo), {
      key: (row) => row.n % 2,
      ordered: false,
    });
    for await (const { n } of results) numbers.push(n);
    expect(numbers.length).toBe(20);
    expect(new Set(numbers).size).toBe(20);
  });

  it('begins nothing more of a key after it is unsubscribed, or the stream has failed', async () => {
    const gates = new Gates(2);
    const subscription = of('a', 'b', 'c')
      .pipe(parallelMap((worker, value) => worker.run(value), gates.fake.pool, { key: () => 0 }))
      .subscribe();
    subscription.unsubscribe();
    await gates.end('a');
    expect(gates.fake.begun).toEqual([0]);
    expect(gates.fake.attached).toBe(0);

    const failing = new Gates(2);
    const all = notified(
      of('a1', 'b1', 'a2', 'b2').pipe(
        parallelMap((worker, value) => worker.run(value), failing.fake.pool, { key: ([letter]) => letter }),
      ),
    );
    await failing.fail('b1', 'bad');
    expect(all).toEqual([]);
    await failing.end('a1');
    expect(all).toEqual(['a1', ['error', 'bad']]);
    expect(failing.fake.begun).toEqual([0, 1]);
  });

  it('runs what waits for its key where a failure comes after it in the order of the source', async () => {
    const gates = new Gates(2);
    const all = notified(
      of('a1', 'a2', 'b1', 'a3').pipe(
        parallelMap((worker, value) => worker.run(value), gates.fake.pool, { key: ([letter]) => letter }),
      ),
    );
    await gates.fail('b1', 'bad');
    await gates.end('a1');
    expect(all).toEqual(['a1']);
    await gates.end('a2');
    expect(all).toEqual(['a1', 'a2', ['error', 'bad']]);
    expect(gates.fake.begun).toEqual([0, 2, 1]);
  });

  it('delivers what waits for its key when its pool is closed, and drains', async () => {
    const gates = new Gates(2);
    const source = new Subject<string>();
    const all = notified(
      source.pipe(parallelMap((worker, value) => worker.run(value), gates.fake.pool, { key: () => 0 })),
    );
    source.next('a');
    source.next('b');
    const closed = gates.fake.pool.close();
    await gates.end('a');
    await gates.end('b');
    await closed;
    expect(all.slice(0, 2)).toEqual(['a', 'b']);
    expect((all[2] as [string, Error])[1].name).toBe('PoolClosedError');
  });

  it('reads no further for keys of a worker that is busy than the window lets it, with sticky', async () => {
    for (const window of [undefined, 10, Infinity]) {
      const run = (n: number): number | Promise<never> => (n < 0 ? new Promise(() => {}) : n);
      const { pool } = new FakePool({ run }, { size: 2, course: () => ({ takes: 0 }) });
      const options = { key: (n: number) => Math.max(0, n), sticky: true };
      // The first slot is the first that has room for each, and is then held by a task that never ends.
      range(0, 3000)
        .pipe(parallelMap((worker, n) => worker.run(n), pool, { ...options, concurrency: 1 }))
        .subscribe();
      const holding = of(-1)
        .pipe(parallelMap((worker, n) => worker.run(n), pool, options))
        .subscribe();
      const counter = new Counter();
      const source = (function* () {
        for (const n of counter.numbers()) yield { n: n % 3000 };
      })();
      const results = parallelMapIterable(source, (worker, { n }) => worker.run(n), pool, {
        ...options,
        key: ({ n }) => n,
        window,
      });
      void results.next();
      await turn();
      expect(counter.read).withContext(`window: ${window}`).toBeLessThan(1100);
      await results.return!();
      holding.unsubscribe();
    }
  });

  it('is refused where it is no function, and by operators whose tasks give many values', () => {
    const pool = localPool(echo) as any;
    const fn = (): never => undefined as never;
    for (const [name, make] of Object.entries({
      parallelMap: (options: any) => parallelMap(fn, pool, options),
      parallelMapUnordered: (options: any) => parallelMapUnordered(fn, pool, options),
      parallelMapIterable: (options: any) => parallelMapIterable([], fn, pool, options),
      'pool.map': (options: any) => pool.map(fn, options),
      'pool.mapUnordered': (options: any) => pool.mapUnordered(fn, options),
      'pool.mapIterable': (options: any) => pool.mapIterable([], fn, options),
    }))
      expect(() => make({ key: 'id' })).toThrowError(TypeError, `${name}: key must be a function, got 'id'`);
    expect(() => parallelConcatMap(fn, pool, { key: () => 1 } as never)).toThrowError(
      TypeError,
      /^parallelConcatMap: key is for tasks with one result/,
    );
  });
});

/** Fails the first time for each letter. */
function letterOnce(): (letter: string) => string {
  const seen = new Set<string>();
  return (letter) => {
    if (seen.has(letter)) return letter;
    seen.add(letter);
    throw new Error(letter);
  };
}
