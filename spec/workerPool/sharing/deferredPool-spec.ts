import { EMPTY, NEVER, type Observer, Subject, concat, lastValueFrom, of, range, retry, toArray } from 'rxjs';
import { PoolClosedError, type PoolEvent, Transfer, type WorkerPool, WorkerInitError } from '../../../lib/index.ts';
import { parallelMap, parallelMapIterable } from '../../../lib/index.ts';
import { publicPool } from '../../../lib/publicPool/publicPool.ts';
import { poolClosed } from '../../../lib/api/errors.ts';
import { DeferredPool } from '../../../lib/workerPool/deferredPool.ts';
import { FakePool } from '../../support/fakePool.ts';

const api = {
  double: (n: number): number => 2 * n,
  sum: (bytes: Uint8Array): number => bytes.reduce((sum, each) => sum + each, 0),
  fail(): number {
    throw new Error('failed');
  },
};
type Api = typeof api;

/** A pool that is there when the spec says so. */
class Fetched {
  /** How often it was asked for. */
  fetches = 0;
  /** How many streams came in. */
  attached = 0;
  readonly engine: FakePool<Api> = new FakePool(api, { size: 2, course: () => ({ takes: 0 }) });
  readonly pool: WorkerPool<Api>;
  arrive!: () => Promise<void>;
  fail!: (cause: unknown) => Promise<void>;

  constructor() {
    const { engine } = this;
    const attach = engine.attach.bind(engine);
    engine.attach = (source) => {
      this.attached++;
      return attach(source);
    };
    const fetch = (): Promise<FakePool<Api>> =>
      new Promise((resolve, reject) => {
        this.fetches++;
        this.arrive = () => afterTurn(() => resolve(engine));
        this.fail = (cause) => afterTurn(() => reject(cause));
      });
    this.pool = publicPool(new DeferredPool(fetch, 2, 'late'));
  }
}

/** After all that follows at once from `act`. */
async function afterTurn(act: () => void): Promise<void> {
  act();
  await new Promise((resolve) => setTimeout(resolve));
}

/** What a stream has notified. */
class Heard implements Observer<unknown> {
  readonly values: unknown[] = [];
  failure: unknown;
  completed = false;
  next = (value: unknown): unknown => this.values.push(value);
  error = (error: unknown): void => void (this.failure = error);
  complete = (): void => void (this.completed = true);
}

const doubled = (pool: WorkerPool<Api>) => parallelMap((worker, n: number) => worker.double(n), pool);

describe('A pool whose engine is being fetched', () => {
  let fetched: Fetched;
  let pool: WorkerPool<Api>;
  let heard: Heard;

  beforeEach(() => {
    fetched = new Fetched();
    ({ pool } = fetched);
    heard = new Heard();
  });

  it('begins to fetch when it is made, once for all', async () => {
    expect(fetched.fetches).toBe(1);
    const both = [1, 2].map((n) => lastValueFrom(of(n).pipe(doubled(pool))));
    expect(fetched.fetches).toBe(1);
    await fetched.arrive();
    expect(await Promise.all(both)).toEqual([2, 4]);
  });

  it('has its size, and stats of nothing, before; then those of the engine', async () => {
    expect(pool.size).toBe(2);
    expect(pool.stats()).toEqual({
      workers: 0,
      idle: 0,
      running: 0,
      completed: 0,
      failed: 0,
      restarts: 0,
      wait: { p50: 0, p99: 0, max: 0 },
      run: { p50: 0, p99: 0, max: 0 },
      taskTime: 0,
      carryTime: 0,
      busy: [],
      dropped: 0,
      paused: false,
    });
    const result = pool.run((worker) => worker.double(1));
    await fetched.arrive();
    expect(await result).toBe(2);
    expect(pool.stats().completed).toBe(1);
  });

  it('has what a call was given when it was made, and what that moved is gone then', async () => {
    const bytes = { copied: Uint8Array.of(1, 2), moved: Uint8Array.of(3, 4) };
    const { copied, moved } = bytes;
    const sums = [
      pool.run((worker) => worker.sum(copied)),
      pool.run((worker) => worker.sum(Transfer(moved, [moved.buffer]))),
    ];
    expect([copied.length, moved.length]).toEqual([2, 0]);
    copied.fill(0);
    await fetched.arrive();
    expect(await Promise.all(sums)).toEqual([3, 7]);
  });

  it('loses nothing of what is pushed meanwhile, or after', async () => {
    const source = new Subject<number>();
    source.pipe(doubled(pool)).subscribe(heard);
    source.next(1);
    source.next(2);
    expect(heard.values).toEqual([]);
    await fetched.arrive();
    expect(heard.values).toEqual([2, 4]);
    source.next(3);
    source.complete();
    expect(heard.values).toEqual([2, 4, 6]);
    expect(heard.completed).toBeTrue();
  });

  it('does not let a stream drop what its limits allow it to keep, and counts what they do not', async () => {
    const options = { maxPending: 2, overflow: 'drop-oldest' } as const;
    range(0, 5)
      .pipe(parallelMap((worker, n) => worker.double(n), pool, options))
      .subscribe(heard);
    expect(pool.stats().dropped).toBe(3);
    await fetched.arrive();
    expect(heard.values).toEqual([6, 8]);
  });

  it('pulls nothing before', async () => {
    let pulled = 0;
    function* numbers(): Generator<number> {
      for (;;) yield pulled++;
    }
    const results = parallelMapIterable(numbers(), (worker, n) => worker.double(n), pool);
    const first = results.next();
    await afterTurn(() => {});
    expect(pulled).toBe(0);
    await fetched.arrive();
    expect(await first).toEqual({ done: false, value: 0 });
    await results.return!();
  });

  it('passes on what a stream that was let in wants no more', async () => {
    const cancel = spyOn(fetched.engine, 'cancel').and.callThrough();
    range(0, 3)
      .pipe(parallelMap((worker, n) => (n === 1 ? worker.fail() : worker.double(n)), pool))
      .subscribe(heard);
    await fetched.arrive();
    expect(heard.values).toEqual([0]);
    expect(heard.failure).toEqual(new Error('failed'));
    expect(cancel.calls.allArgs().map(([, from]) => from)).toContain(2);
  });

  it('completes a stream without values before', () => {
    EMPTY.pipe(doubled(pool)).subscribe(heard);
    expect(heard.completed).toBeTrue();
  });

  it('attaches no stream that has left', async () => {
    const subscription = of(1).pipe(doubled(pool)).subscribe(heard);
    subscription.unsubscribe();
    of(2).pipe(doubled(pool)).subscribe(heard);
    await fetched.arrive();
    expect(fetched.attached).toBe(1);
    expect(heard.values).toEqual([4]);
  });

  it('attaches no stream that the attaching of another has made leave', async () => {
    const second = new Heard();
    of(1)
      .pipe(doubled(pool))
      .subscribe({ next: () => subscription.unsubscribe() });
    const subscription = of(2).pipe(doubled(pool)).subscribe(second);
    await fetched.arrive();
    expect(fetched.attached).toBe(1);
    expect(second.values).toEqual([]);
  });

  it('attaches later streams at once', async () => {
    await fetched.arrive();
    of(1).pipe(doubled(pool)).subscribe(heard);
    expect(heard.values).toEqual([2]);
  });

  it('errors the streams that wait when it cannot be fetched, and fetches again for the next', async () => {
    const cause = new TypeError('offline');
    const others = new Heard();
    of(1).pipe(doubled(pool)).subscribe(heard);
    of(1).pipe(doubled(pool)).subscribe(others);
    await fetched.fail(cause);
    for (const { failure } of [heard, others]) {
      expect(failure).toBeInstanceOf(WorkerInitError);
      expect((failure as Error).message).toBe(
        'What runs the workers of the pool "late" could not be fetched: TypeError: offline',
      );
      expect((failure as Error).cause).toBe(cause);
    }
    const again = lastValueFrom(range(1, 2).pipe(doubled(pool), toArray()));
    expect(fetched.fetches).toBe(2);
    await fetched.arrive();
    expect(await again).toEqual([2, 4]);
  });

  it('fetches again for each time that a stream tries again', async () => {
    of(1).pipe(doubled(pool), retry(2)).subscribe(heard);
    await fetched.fail('first');
    await fetched.fail('second');
    expect(fetched.fetches).toBe(3);
    expect(heard.failure).toBeUndefined();
    await fetched.fail('third');
    expect(fetched.fetches).toBe(3);
    expect((heard.failure as Error).cause).toBe('third');
  });

  it('errors a stream that the engine refuses', async () => {
    const closed = poolClosed();
    fetched.engine.attach = () => {
      throw closed;
    };
    of(1).pipe(doubled(pool)).subscribe(heard);
    await fetched.arrive();
    expect(heard.failure).toBe(closed);
  });

  it('passes on the events of the engine to earlier listeners', async () => {
    const events: PoolEvent['type'][] = [];
    let unheard = 0;
    pool.events$.subscribe(({ type }) => events.push(type));
    pool.events$.subscribe(() => unheard++).unsubscribe();
    of(1).pipe(doubled(pool)).subscribe(heard);
    await fetched.arrive();
    expect(events).toContain('task:end');
    expect(unheard).toBe(0);
    const after: PoolEvent['type'][] = [];
    pool.events$.subscribe(({ type }) => after.push(type));
    of(1).pipe(doubled(pool)).subscribe(heard);
    expect(after).toContain('task:end');
  });

  it('delivers, when it is closed, what was pushed until then, and nothing more', async () => {
    const source = new Subject<number>();
    source.pipe(doubled(pool)).subscribe(heard);
    source.next(1);
    let ended = false;
    const end = pool.close().then(() => (ended = true));
    expect(source.observed).toBeFalse();
    expect(() => of(1).pipe(doubled(pool)).subscribe(new Heard())).not.toThrow();
    const late = new Heard();
    of(1).pipe(doubled(pool)).subscribe(late);
    expect(late.failure).toEqual(poolClosed('late'));
    await afterTurn(() => {});
    expect(ended).toBeFalse();
    await fetched.arrive();
    await end;
    expect(heard.values).toEqual([2]);
    expect(heard.failure).toBeInstanceOf(PoolClosedError);
    expect(fetched.attached).toBe(1);
  });

  it('errors the streams that wait, when it is closed at once, and ends without the engine', async () => {
    let completed = false;
    pool.events$.subscribe({ complete: () => (completed = true) });
    concat(of(1), NEVER).pipe(doubled(pool)).subscribe(heard);
    await pool.close({ drain: false });
    expect(heard.failure).toEqual(poolClosed('late'));
    expect(completed).toBeTrue();
    await fetched.arrive();
    expect(fetched.attached).toBe(0);
  });

  it('cuts a draining close short', async () => {
    of(1).pipe(doubled(pool)).subscribe(heard);
    const draining = pool.close();
    await Promise.all([draining, pool.close({ drain: false })]);
    expect(heard.failure).toEqual(poolClosed('late'));
  });

  it('ends without the engine where nobody waits, or no longer', async () => {
    const subscription = of(1).pipe(doubled(pool)).subscribe(heard);
    const end = pool.close();
    subscription.unsubscribe();
    await end;
    await pool.close();
    let completed = false;
    pool.events$.subscribe({ complete: () => (completed = true) });
    expect(completed).toBeTrue();
    expect(heard).toEqual(jasmine.objectContaining({ values: [], failure: undefined, completed: false }));
  });

  it('ends where it is closed and cannot be fetched', async () => {
    of(1).pipe(doubled(pool)).subscribe(heard);
    const end = pool.close();
    await fetched.fail('offline');
    await end;
    expect(heard.failure).toBeInstanceOf(WorkerInitError);
  });

  it('is closed by the engine once that is there', async () => {
    await fetched.arrive();
    let ended = false;
    const source = new Subject<number>();
    source.pipe(doubled(pool)).subscribe(heard);
    const end = pool.close().then(() => (ended = true));
    source.next(1);
    await end;
    expect(ended).toBeTrue();
    expect(heard.failure).toBeInstanceOf(PoolClosedError);
  });
});
