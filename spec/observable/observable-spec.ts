import { Observable as RxObservable, of } from 'rxjs';
import { localPool as localPoolOfRxJS, parallelMap as parallelMapOfRxJS } from '../../lib/index.ts';
import {
  type Observable,
  type PoolEvent,
  localPool,
  parallelConcatMap,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  parallelMergeMap,
  taskOf,
} from '../../lib/observable/index.ts';
import { platformObservable } from '../../lib/observable/platform.ts';
import { showInDevTools, timeline } from '../../lib/timeline/index.ts';
import { traceEvents } from '../timeline/traceEvents.ts';
import { withObservable, withoutObservable } from '../support/platformObservable.ts';

/** Ends tasks that a spec did not end: `taskContext` would return theirs to others. */
const endTasks: (() => void)[] = [];
afterEach(() => endTasks.splice(0).forEach((end) => end()));

/** Tasks that end when the spec ends them. */
function held() {
  const ends = new Map<number, () => void>();
  const api = {
    run: (n: number) =>
      new Promise<number>((resolve, reject) => {
        endTasks.push(() => resolve(0));
        ends.set(n, () => (n < 0 ? reject(new RangeError(String(n))) : resolve(n * 10)));
      }),
  };
  return { ends, pool: localPool(api) };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

describe("The operators over the platform's Observable", () => {
  withObservable();
  const from = <T>(values: Iterable<T>): Observable<T> => platformObservable('spec').from(values);

  it('run an inline function in workers, in the order of the source', async () => {
    const doubled = parallelMap((n: number) => n * 2, 2)(from([1, 2, 3]));
    expect(await doubled.toArray()).toEqual([2, 4, 6]);
  });

  it('run each as its task is complete', async () => {
    const results = parallelMapUnordered((n: number) => n, 1)(from([0, 1, 2]));
    expect((await results.toArray()).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it('give all values of tasks that give many', async () => {
    const pool = localPool({ upTo: (n: number) => Array.from({ length: n }, (_, at) => at) });
    for (const operator of [parallelConcatMap, parallelMergeMap]) {
      const all = operator((worker, n: number) => worker.upTo(n), pool)(from([2, 3]));
      expect(await all.toArray()).toEqual([0, 1, 0, 1, 2]);
    }
  });

  it('are methods of a pool, too', async () => {
    const pool = localPool({
      run: (n: number) => n * 10,
      upTo: (n: number) => Array.from({ length: n }, (_, at) => at),
    });
    for (const name of ['map', 'mapUnordered'] as const) {
      const results = pool[name]((worker, n: number) => worker.run(n))(from([1, 2]));
      expect(await results.toArray())
        .withContext(name)
        .toEqual([10, 20]);
    }
    for (const name of ['concatMap', 'mergeMap'] as const) {
      const results = pool[name]((worker, n: number) => worker.upTo(n))([2, 3]);
      expect(await results.toArray())
        .withContext(name)
        .toEqual([0, 1, 0, 1, 2]);
    }
    expect(() => pool.map('fn' as never)).toThrowError(TypeError, /^pool\.map: fn must be a function/);
    expect(Object.keys(pool).sort()).toEqual(Object.keys(localPoolOfRxJS({ run: () => 0 })).sort());
  });

  it('are of pools that timeline and showInDevTools take, too', async () => {
    const pool = localPool({ run: (n: number) => n });
    using seen = timeline(pool);
    await pool
      .map((worker, n: number) => worker.run(n))([1, 2, 3])
      .toArray();
    const slices = traceEvents(seen.toPerfetto()).get('X') ?? [];
    expect(slices.filter(({ name }) => name.startsWith('run'))).toHaveSize(3);
    using shown = showInDevTools(pool);
    await pool.run((worker) => worker.run(1));
    expect(() => shown.stop()).not.toThrow();
  });

  it('take what Observable.from takes', async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    const pool = localPool({ run: (n: number) => n + 1 });
    const next = parallelMap((worker, n: number) => worker.run(n), pool);
    expect(await next([1, 2]).toArray()).toEqual([2, 3]);
    expect(await next(numbers()).toArray()).toEqual([2, 3]);
    expect(await next(Promise.resolve(5)).toArray()).toEqual([6]);
    expect(() => next(7 as never)).toThrowError(TypeError);
  });

  it('end with the error of a task, after the results before it', async () => {
    const pool = localPool({
      run(n: number) {
        if (n === 2) throw new RangeError('no 2');
        return n;
      },
    });
    const values: number[] = [];
    const error = await new Promise<unknown>((resolve) =>
      parallelMap(
        (worker, n: number) => worker.run(n),
        pool,
      )(from([0, 1, 2, 3])).subscribe({
        next: (value) => void values.push(value),
        error: resolve,
      }),
    );
    expect(values).toEqual([0, 1]);
    expect(error).toEqual(new RangeError('no 2'));
    expect(taskOf(error)).toEqual({ index: 2, input: 2 });
  });

  it('end with the error of the source, and with undefined too', async () => {
    const failing = new (platformObservable('spec'))<number>((subscriber) => subscriber.error(undefined));
    const { pool } = held();
    const results = parallelMap((worker, n: number) => worker.run(n), pool)(failing);
    expect(await new Promise((resolve) => results.subscribe({ error: (error) => resolve([error]) }))).toEqual([
      undefined,
    ]);
  });

  it('let go of the source and of the task when the signal of subscribe aborts', async () => {
    const closed: string[] = [];
    const source = new (platformObservable('spec'))<number>((subscriber) => {
      subscriber.addTeardown(() => closed.push('source'));
      subscriber.next(1);
    });
    const { ends, pool } = held();
    const stop = new AbortController();
    const heard: unknown[] = [];
    parallelMap(
      (worker, n: number) => worker.run(n),
      pool,
    )(source).subscribe(
      { next: (value) => heard.push(value), error: (error) => heard.push(error) },
      { signal: stop.signal },
    );
    await turn();
    expect([...ends.keys()]).toEqual([1]);
    stop.abort();
    expect(closed).toEqual(['source']);
    ends.get(1)!();
    await turn();
    expect(heard).toEqual([]);
    expect(pool.stats().running).toBe(0);
  });

  it('stop a source without end, from inside', async () => {
    function* naturals(): Generator<number> {
      for (let n = 0; ; n++) yield n;
    }
    const pool = localPool({ run: (n: number) => n });
    const first = parallelMap((worker, n: number) => worker.run(n), pool)(from(naturals())).take(3);
    expect(await first.toArray()).toEqual([0, 1, 2]);
  });

  it('run once for all who subscribe while they run, and anew after that', async () => {
    const { ends, pool } = held();
    const results = parallelMap((worker, n: number) => worker.run(n), pool)(from([1]));
    const both = Promise.all([results.toArray(), results.toArray()]);
    await turn();
    ends.get(1)!();
    expect(await both).toEqual([[10], [10]]);
    expect(pool.stats().completed).toBe(1);
    const again = results.toArray();
    await turn();
    ends.get(1)!();
    expect(await again).toEqual([10]);
    expect(pool.stats().completed).toBe(2);
  });

  it('end with the reason of the option signal, also where that has aborted before', async () => {
    const reason = new Error('enough');
    const { pool } = held();
    for (const when of ['before', 'later']) {
      const stop = new AbortController();
      if (when === 'before') stop.abort(reason);
      const options = { signal: stop.signal };
      const ended = parallelMap((worker, n: number) => worker.run(n), pool, options)(from([1])).toArray();
      stop.abort(reason);
      await expectAsync(ended).withContext(when).toBeRejectedWith(reason);
    }
  });

  it('emit the events of a pool', async () => {
    const pool = localPool({ run: (n: number) => n });
    const stop = new AbortController();
    const events: PoolEvent['type'][] = [];
    pool.events$.subscribe(({ type }) => events.push(type), { signal: stop.signal });
    await pool.run((worker) => worker.run(1));
    stop.abort();
    await pool.run((worker) => worker.run(2));
    expect(events).toEqual(['task:start', 'task:end']);
    await new Promise<void>((resolve) => {
      pool.events$.subscribe({ complete: resolve });
      void pool.close();
    });
  });

  it('refuse bad arguments by their names', () => {
    expect(() => parallelMap('fn' as never, 2)).toThrowError(TypeError, /^parallelMap: fn must be a function/);
    expect(() => parallelMergeMap(() => [], 0)).toThrowError(RangeError, /^parallelMergeMap: workers must be/);
    expect(() => parallelMapUnordered((n: number) => n, 1, { window: 0 })).toThrowError(RangeError, /window must be/);
  });

  it("are named where one of the platform is given to RxJS's", () => {
    const rx = parallelMapOfRxJS((n: number) => n, 1);
    expect(() => rx(from([1]) as never)).toThrowError(TypeError, /rxjs-parallel\/observable/);
  });
});

describe("Where the platform has no Observable, 'rxjs-parallel/observable'", () => {
  it('says so at the call', () =>
    withoutObservable(() => {
      const pool = localPool({ run: (n: number) => n });
      for (const [name, call] of Object.entries({
        parallelMap: () => parallelMap((n: number) => n, 1),
        parallelMapUnordered: () => parallelMapUnordered((n: number) => n, 1),
        parallelConcatMap: () => parallelConcatMap((n: number) => [n], 1),
        parallelMergeMap: () => parallelMergeMap((n: number) => [n], 1),
        'pool.map': () => pool.map((worker, n: number) => worker.run(n)),
        events$: () => pool.events$,
      }))
        expect(call).toThrowError(
          TypeError,
          `${name} of rxjs-parallel/observable needs the platform's Observable, which is not here: Chromium has it. With RxJS use rxjs-parallel; parallelMapIterable needs neither`,
        );
    }));

  it('has all that needs none', () =>
    withoutObservable(async () => {
      const pool = localPool({ run: (n: number) => n + 1 });
      expect(await pool.run((worker) => worker.run(1))).toBe(2);
      expect(await collected(pool.mapIterable([1, 2], (worker, n) => worker.run(n)))).toEqual([2, 3]);
      await pool.close();
    }));
});

describe('parallelMapIterable of what pushes', () => {
  withObservable();
  const plusOne = localPool({ run: (n: number) => n + 1 });
  const read = (source: Parameters<typeof parallelMapIterable>[0]): Promise<number[]> =>
    collected(parallelMapIterable(source as Iterable<number>, (worker, n) => worker.run(n), plusOne));

  it('reads an Observable of RxJS, of the platform, and what has Symbol.observable', async () => {
    expect(await read(of(1, 2, 3))).toEqual([2, 3, 4]);
    expect(await read(platformObservable('spec').from([1, 2, 3]))).toEqual([2, 3, 4]);
    const key = (Symbol as { observable?: symbol }).observable ?? '@@observable';
    const foreign = { subscribe: undefined, [key]: () => of(1, 2) };
    if (typeof key === 'symbol') expect(await read(foreign as never)).toEqual([2, 3]);
    expect(await read({ ...foreign, subscribe: () => fail('not this') } as never)).toEqual([2, 3]);
  });

  it('ends with its error, after what came before', async () => {
    const source = new RxObservable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.error(undefined);
    });
    const results = parallelMapIterable(source, (worker, n) => worker.run(n), plusOne);
    expect(await results.next()).toEqual({ done: false, value: 2 });
    await expectAsync(results.next()).toBeRejectedWith(undefined);
  });

  it('subscribes when it is first read, and lets go of it on break', async () => {
    const seen: string[] = [];
    const rx = new RxObservable<number>((subscriber) => {
      seen.push('subscribed');
      subscriber.next(1);
      return () => seen.push('closed');
    });
    const native = new (platformObservable('spec'))<number>((subscriber) => {
      seen.push('subscribed');
      subscriber.addTeardown(() => seen.push('closed'));
      subscriber.next(1);
    });
    for (const source of [rx, native]) {
      seen.length = 0;
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), plusOne);
      expect(seen).toEqual([]);
      for await (const value of results) {
        expect(value).toBe(2);
        break;
      }
      expect(seen).toEqual(['subscribed', 'closed']);
    }
  });

  it('waits for what comes later', async () => {
    let push!: (value: number) => void;
    let complete!: () => void;
    const source = new RxObservable<number>((subscriber) => {
      push = (value) => subscriber.next(value);
      complete = () => subscriber.complete();
    });
    const results = parallelMapIterable(source, (worker, n) => worker.run(n), plusOne);
    const first = results.next();
    push(1);
    expect(await first).toEqual({ done: false, value: 2 });
    const last = results.next();
    complete();
    expect(await last).toEqual({ done: true, value: undefined });
  });
});
