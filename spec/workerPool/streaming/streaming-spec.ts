import { EMPTY, catchError, lastValueFrom, of, take, tap, toArray } from 'rxjs';
import {
  CloneError,
  OverflowError,
  TaskTimeoutError,
  Worker,
  WorkerCrashedError,
  type WorkerPool,
  localPool,
  parallelConcatMap,
  parallelFlatMapIterable,
  parallelMap,
  parallelMergeMap,
  workerPool,
} from '../../../lib/index.ts';
import type { StreamingApi } from '../../fixtures/streaming.worker.ts';

const open = (size = 1): WorkerPool<StreamingApi> =>
  workerPool<StreamingApi>(
    () => new Worker(new URL('../../fixtures/streaming.worker.js', import.meta.url), { type: 'module' }),
    { size },
  );

const KINDS = ['upTo', 'later', 'array', 'promised', 'readable', 'observed'] as const;

/** How many values a generator has given that says so on a channel of that name: the same however often it is asked. */
async function givenOn(name: string, atLeast: number): Promise<number> {
  const channel = new BroadcastChannel(name);
  let given = 0;
  for (let same = 0; same < 10;) {
    const answered = new Promise<number>((resolve) => (channel.onmessage = ({ data }) => resolve(data as number)));
    channel.postMessage('how many?');
    const before = given;
    // A generator that has not begun does not hear it.
    given = await Promise.race([answered, new Promise<number>((resolve) => setTimeout(resolve, 50, 0))]);
    same = given >= atLeast && given === before ? same + 1 : 0;
  }
  channel.close();
  return given;
}

describe('A task that gives many values', () => {
  for (const kind of KINDS)
    it(`may be of the kind: ${kind}`, async () => {
      await using pool = open(2);
      const values = of(3, 0, 2).pipe(
        parallelConcatMap((worker, n) => worker[kind](n), pool),
        toArray(),
      );
      expect(await lastValueFrom(values)).toEqual([1, 2, 3, 1, 2]);
    });

  it('is an error of the program where it gives none', async () => {
    await using pool = open();
    const values = of(1).pipe(parallelConcatMap((worker, n) => worker.nothing(n), pool, { onError: 'skip' }));
    await expectAsync(lastValueFrom(values)).toBeRejectedWithError(TypeError, /gives no values/);
  });

  it('gives all of twenty thousand, in order', async () => {
    await using pool = open(2);
    let sum = 0;
    let last = 0;
    const counts = { ordered: true };
    await lastValueFrom(
      of(20_000, 20_000).pipe(
        parallelConcatMap((worker, n) => worker.upTo(n), pool),
        tap((n) => {
          counts.ordered &&= n === (last % 20_000) + 1;
          last = n;
          sum += n;
        }),
      ),
    );
    expect(counts.ordered).toBe(true);
    expect(sum).toBe(2 * 200_010_000);
  });

  it('pauses without end, and its finally runs when the consumer stops', async () => {
    await using pool = open();
    const taken: number[] = [];
    for await (const n of parallelFlatMapIterable([1], (worker) => worker.endless(), pool, { buffer: 8 })) {
      taken.push(n);
      if (taken.length === 3) break;
    }
    expect(taken).toEqual([0, 1, 2]);
    expect(await pool.run((worker) => worker.closed())).toBe(1);
    expect(await pool.run((worker) => worker.given())).toBeLessThanOrEqual(3 + 8);
    expect(pool.stats().restarts).toBe(0);
  });

  it("gives no more than its buffer while it is another's turn, and stays there", async () => {
    await using pool = open(2);
    const name = `turn ${Math.random()}`;
    const subscription = of(0, 1)
      .pipe(
        parallelConcatMap((worker, n) => (n === 0 ? worker.hangsAfter(0) : worker.counted(name)), pool, { buffer: 8 }),
      )
      .subscribe();
    expect(await givenOn(name, 8)).toBe(8);
    subscription.unsubscribe();
  });

  it('gives no more than its buffer beyond what the consumer has had, if that asks for no more', async () => {
    for (const taken of [1, 20]) {
      await using pool = open();
      const name = `taken ${Math.random()}`;
      const iterator = parallelFlatMapIterable([1], (worker) => worker.counted(name), pool, { buffer: 8 });
      for (let n = 0; n < taken; n++) expect(await iterator.next()).toEqual({ done: false, value: n });
      // Credit comes in groups.
      const given = await givenOn(name, taken);
      expect(given).toBeLessThanOrEqual(taken + 8);
      expect(given).toBeGreaterThanOrEqual(Math.max(8, taken));
      await iterator.return!();
    }
  });

  it('frees its worker when it is unsubscribed while nobody takes', async () => {
    await using pool = open();
    const values = of(1, 2, 3).pipe(
      parallelMergeMap((worker) => worker.endless(), pool),
      take(200),
      toArray(),
    );
    expect((await lastValueFrom(values)).length).toBe(200);
    expect(await pool.run((worker) => worker.closed())).toBe(1);
  });

  it('has its worker ended where its finally does not end', async () => {
    await using pool = open();
    await lastValueFrom(
      of(60_000).pipe(
        parallelConcatMap((worker, ms) => worker.slowFinally(ms), pool, { terminateAfter: 20 }),
        take(3),
      ),
    );
    expect(await pool.run((worker) => worker.closed())).toBe(0);
    expect(pool.stats().restarts).toBe(1);
  });

  it('may throw in its finally when nobody waits', async () => {
    await using pool = open();
    await lastValueFrom(
      of(1).pipe(
        parallelConcatMap((worker) => worker.throwingFinally(), pool),
        take(3),
      ),
    );
    expect(await pool.run((worker) => worker.closed())).toBe(1);
    expect(pool.stats()).toEqual(jasmine.objectContaining({ restarts: 0, failed: 0 }));
  });

  it('fails after its values', async () => {
    await using pool = open();
    const seen: unknown[] = [];
    const values = of(2, 1).pipe(
      parallelConcatMap((worker, n) => worker.failsAfter(n), pool, { onError: 'settle' }),
      toArray(),
    );
    for (const each of await lastValueFrom(values)) seen.push(typeof each === 'number' ? each : each.index);
    expect(seen).toEqual([1, 2, 0, 1, 1]);
    await expectAsync(
      lastValueFrom(of(2).pipe(parallelConcatMap((worker, n) => worker.failsAfter(n), pool, { retry: 3 }))),
    ).toBeRejectedWithError(RangeError, 'after 2');
  });

  it('that has given values is not run again when its worker dies', async () => {
    await using pool = open();
    const seen: unknown[] = [];
    const values = of(2).pipe(
      parallelConcatMap((worker, n) => worker.diesAfter(n), pool, { crashRetries: 5, retry: 5 }),
      tap((n) => seen.push(n)),
      catchError((error: unknown) => {
        seen.push(error);
        return EMPTY;
      }),
    );
    await lastValueFrom(values, { defaultValue: undefined });
    expect(seen).toEqual([1, 2, jasmine.any(WorkerCrashedError)]);
  });

  it('has a timeout for the whole of it', async () => {
    await using pool = open();
    const seen: unknown[] = [];
    const values = of(2).pipe(
      parallelConcatMap((worker, n) => worker.hangsAfter(n), pool, { timeout: 100 }),
      tap((n) => seen.push(n)),
    );
    await expectAsync(lastValueFrom(values)).toBeRejectedWithError(TaskTimeoutError);
    expect(seen).toEqual([1, 2]);
  });

  it('fails with CloneError for a value that cannot cross, and is closed', async () => {
    await using pool = open();
    const seen: unknown[] = [];
    const values = of(1).pipe(
      parallelConcatMap((worker) => worker.uncloneable(), pool),
      tap((n) => seen.push(n)),
    );
    await expectAsync(lastValueFrom(values)).toBeRejectedWithError(CloneError);
    expect(seen).toEqual([1]);
    expect(await pool.run((worker) => worker.closed())).toBe(1);
  });

  it('gives its own copy of each', async () => {
    await using pool = open();
    const values = of(3).pipe(
      parallelConcatMap((worker, n) => worker.sameAgain(n), pool),
      toArray(),
    );
    expect(await lastValueFrom(values)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  it('may move each, and give errors', async () => {
    await using pool = open();
    const moved = of(3).pipe(
      parallelConcatMap((worker, n) => worker.moved(n), pool),
      toArray(),
    );
    expect(await lastValueFrom(moved)).toEqual([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]);
    const errors = of(3).pipe(
      parallelConcatMap((worker) => worker.errors(), pool),
      toArray(),
    );
    const [error, { bytes, error: beside }] = await lastValueFrom(errors);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('held');
    expect(beside).toBeInstanceOf(RangeError);
    expect(beside.code).toBe('E');
    expect(bytes).toEqual(Uint8Array.of(1));
  });

  it('that pushes fails past buffer', async () => {
    await using pool = open();
    const values = of(100).pipe(parallelConcatMap((worker, n) => worker.observed(n), pool, { buffer: 5 }));
    await expectAsync(lastValueFrom(values)).toBeRejectedWithError(OverflowError);
  });

  it('reports beside its values', async () => {
    await using pool = open();
    const reports: unknown[] = [];
    const onReport = ({ value }: { value: unknown }): unknown => reports.push(value);
    const values = of(3).pipe(
      parallelConcatMap((worker, n) => worker.reporting(n), pool, { onReport }),
      toArray(),
    );
    expect(await lastValueFrom(values)).toEqual([1, 2, 3]);
    expect(reports.at(-1)).toBe('at 3');
  });

  it('holds its worker, and never that of another stream behind it', async () => {
    await using pool = open(2);
    const iterator = parallelFlatMapIterable([1], (worker) => worker.endless(), pool);
    await iterator.next();
    const squares = of(...Array.from({ length: 50 }, (_, n) => n)).pipe(
      parallelMap((worker, n) => worker.array(n), pool),
      toArray(),
    );
    expect((await lastValueFrom(squares)).length).toBe(50);
    await iterator.return!();
  });

  it('may be an inline generator', async () => {
    function* upTo(n: number): Generator<number> {
      for (let each = 1; each <= n; each++) yield each;
    }
    async function* later(n: number): AsyncGenerator<number> {
      for (let each = 1; each <= n; each++) yield each;
    }
    const expected = [1, 2, 1, 2, 3];
    expect(await lastValueFrom(of(2, 3).pipe(parallelConcatMap(upTo, 1), toArray()))).toEqual(expected);
    expect(await lastValueFrom(of(2, 3).pipe(parallelConcatMap(later, 1), toArray()))).toEqual(expected);
  });
});

describe('A localPool whose tasks give many values', () => {
  const api = {
    *upTo(n: number): Generator<number> {
      for (let each = 1; each <= n; each++) yield each;
    },
    *endless(): Generator<number> {
      for (let n = 0; ; n++) yield n;
    },
  };

  it('gives many values, with the same credits', async () => {
    const pool = localPool(api);
    const values = of(3, 100).pipe(
      parallelConcatMap((worker, n) => worker.upTo(n), pool, { buffer: 4 }),
      toArray(),
    );
    expect((await lastValueFrom(values)).length).toBe(103);
    const taken: number[] = [];
    for await (const n of parallelFlatMapIterable([1], (worker) => worker.endless(), pool)) {
      taken.push(n);
      if (n === 200) break;
    }
    expect(taken.length).toBe(201);
    await pool.close();
  });

  it('stops an endless one when it is unsubscribed', async () => {
    const pool = localPool(api);
    const values = of(1).pipe(
      parallelMergeMap((worker) => worker.endless(), pool),
      take(1000),
      toArray(),
    );
    expect((await lastValueFrom(values)).length).toBe(1000);
    await pool.close();
  });
});
