import { Subject, firstValueFrom, from, lastValueFrom, of, range } from 'rxjs';
import { PoolClosedError } from '../lib/api/errors.ts';
import { replaceClock } from '../lib/primitives/clock.ts';
import { type Remote, WorkerInitError, localPool, parallelMap, parallelMapUnordered, taskOf } from '../lib/index.ts';
import { taskContext } from '../lib/worker/index.ts';

/** Whether a task runs on this thread: also one that an earlier spec did not end. */
function inTask(): boolean {
  try {
    taskContext();
    return true;
  } catch {
    return false;
  }
}

describe('localPool', () => {
  beforeEach(async () => {
    while (inTask()) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it('gives results within the very call that emits, where the method is synchronous', () => {
    const pool = localPool({ double: (n: number) => 2 * n });
    const results: number[] = [];
    of(1, 2, 3)
      .pipe(parallelMap((worker, n) => worker.double(n), pool))
      .subscribe((n) => results.push(n));
    expect(results).toEqual([2, 4, 6]);
  });

  it('runs one task at a time, each to its end', async () => {
    const log: string[] = [];
    const api = {
      async slow(n: number): Promise<number> {
        log.push(`begin ${n}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`end ${n}`);
        return n;
      },
    };
    const pool = localPool(api);
    await Promise.all([pool.run((worker) => worker.slow(1)), pool.run((worker) => worker.slow(2))]);
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('gives a copy of what the method returns, and the very error', async () => {
    const object = { deep: {} };
    const error = new Error('very');
    const api = {
      object: () => object,
      fail(): never {
        throw error;
      },
    };
    const pool = localPool(api);
    const result = await pool.run((worker) => worker.object());
    expect(result).toEqual(object);
    expect(result).not.toBe(object);
    expect(result.deep).not.toBe(object.deep);
    await expectAsync(pool.run((worker) => worker.fail())).toBeRejectedWith(error);
    expect(taskOf(error)).toEqual({ index: 0, input: undefined });
  });

  it('waits for whatever has a then, which may settle twice or throw', async () => {
    const api = {
      twice: () => ({
        then(resolve: (value: number) => void, reject: (error: unknown) => void): void {
          resolve(1);
          resolve(2);
          reject(3);
        },
      }),
      throws: () => ({
        then(): never {
          throw new Error('then throws');
        },
      }),
      unreadable: () => ({
        get then(): never {
          throw new Error('then cannot be read');
        },
      }),
      one: () => 1,
    };
    const pool = localPool(api);
    expect(await pool.run((worker) => worker.twice())).toBe(1);
    await expectAsync(pool.run((worker) => worker.throws())).toBeRejectedWithError('then throws');
    await expectAsync(pool.run((worker) => worker.unreadable())).toBeRejectedWithError('then cannot be read');
    expect(await pool.run((worker) => worker.one())).toBe(1);
    expect(pool.stats()).toEqual(
      jasmine.objectContaining({ workers: 1, idle: 1, running: 0, completed: 2, failed: 2, restarts: 0, dropped: 0 }),
    );
  });

  it('gives a task its index, and throws outside one', () => {
    const indices: number[] = [];
    const pool = localPool({ index: () => taskContext().index });
    from('abc')
      .pipe(parallelMap((worker) => worker.index(), pool))
      .subscribe((index) => {
        indices.push(index);
        expect(() => taskContext()).toThrowError(/outside a task/);
      });
    expect(indices).toEqual([0, 1, 2]);
    expect(() => taskContext()).toThrowError(/outside a task/);
  });

  it('knows the running task while tasks of several pools wait side by side and end', async () => {
    const release = new Subject<void>();
    const api = (): { late(): Promise<number> } => ({
      async late() {
        await firstValueFrom(release);
        return taskContext().index;
      },
    });
    const calls = [localPool(api()), localPool(api())].map((pool) => pool.run((worker) => worker.late()));
    expect(taskContext().index).toBe(0);
    release.next();
    expect(await Promise.all(calls)).toEqual([0, 0]);
    expect(() => taskContext()).toThrowError(/outside a task/);
  });

  it('aborts the signal of a task whose time is up, and waits for it to end', async () => {
    const log: unknown[] = [];
    const api = {
      async stubborn(): Promise<string> {
        const { signal } = taskContext();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.push(signal.aborted);
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push('ended');
        return 'too late';
      },
      next: () => log.push('next'),
    };
    const pool = localPool(api);
    const first = pool.run((worker) => worker.stubborn(), { timeout: 5 });
    const second = pool.run((worker) => worker.next());
    await expectAsync(first).toBeRejectedWithError(/^Task 0 ran longer than its timeout of 5 ms$/);
    expect(pool.stats()).toEqual(
      jasmine.objectContaining({ workers: 1, idle: 0, running: 1, completed: 0, failed: 1, restarts: 0, dropped: 0 }),
    );
    await second;
    expect(log).toEqual([true, 'ended', 'next']);
    expect(pool.stats()).toEqual(
      jasmine.objectContaining({ workers: 1, idle: 1, running: 0, completed: 1, failed: 1, restarts: 0, dropped: 0 }),
    );
  });

  it('gives up a task that never settles once nobody waits for it: what is next runs, and the pool closes', async () => {
    let resolveLate!: (value: number) => void;
    const late = new Promise<number>((resolve) => (resolveLate = resolve));
    const pool = localPool({ never: () => new Promise<number>(() => {}), late: () => late, next: () => 2 });
    const timedOut = pool.run((worker) => worker.late(), { timeout: 5 });
    const next = pool.run((worker) => worker.next());
    await expectAsync(timedOut).toBeRejectedWithError(/^Task 0 ran longer/);
    expect(await next).toBe(2);
    // Its outcome is ignored.
    resolveLate(1);
    expect(await pool.run((worker) => worker.next())).toBe(2);
    expect(pool.stats()).toEqual(jasmine.objectContaining({ running: 0, completed: 2, failed: 1 }));
    const never = pool.run((worker) => worker.never());
    const closed = pool.close({ drain: false });
    await expectAsync(never).toBeRejectedWithError(PoolClosedError);
    await closed;
  });

  it('leaves no timer when a task with a timeout ends or is cancelled', async () => {
    const set = jasmine.createSpy('setTimeout', setTimeout).and.callThrough();
    const clear = jasmine.createSpy('clearTimeout', clearTimeout).and.callThrough();
    const clock = replaceClock({ setTimeout: set as never, clearTimeout: clear });
    const untilAborted = (): Promise<void> =>
      new Promise((resolve) => taskContext().signal.addEventListener('abort', () => resolve()));
    const pool = localPool({ soon: async () => 1, untilAborted });
    expect(await pool.run((worker) => worker.soon(), { timeout: 98_765 })).toBe(1);
    const controller = new AbortController();
    const run = pool.run((worker) => worker.untilAborted(), { timeout: 98_765, signal: controller.signal });
    controller.abort('enough');
    await expectAsync(run).toBeRejectedWith('enough');
    const timers = set.calls.all().filter(({ args }) => args[1] === 98_765);
    expect(timers.length).toBe(2);
    for (const { returnValue } of timers) expect(clear).toHaveBeenCalledWith(returnValue);
    replaceClock(clock);
  });

  it('may be used inside its own method: that call waits its turn', async () => {
    const inner: Promise<number>[] = [];
    const api = {
      outer(n: number): number {
        inner.push(pool.run((worker) => worker.double(n)));
        return n;
      },
      double: (n: number) => 2 * n,
    };
    const pool = localPool(api);
    expect(await pool.run((worker) => worker.outer(4))).toBe(4);
    expect(await inner[0]).toBe(8);
  });

  it('serves streams in turn', () => {
    const log: string[] = [];
    const pool = localPool({ run: (value: string) => log.push(value) });
    const handedOut = parallelMap((worker: Remote<{ run(value: string): number }>, value: string) => {
      // While this one is being handed out, two streams come.
      from('abc')
        .pipe(parallelMap((each, letter) => each.run(letter), pool))
        .subscribe();
      from('xy')
        .pipe(parallelMapUnordered((each, letter) => each.run(letter), pool))
        .subscribe();
      return worker.run(value);
    }, pool);
    of('first').pipe(handedOut).subscribe();
    expect(log).toEqual(['first', 'a', 'x', 'b', 'y', 'c']);
  });

  it('emits 20 000 results without growing the stack', () => {
    const pool = localPool({ same: (n: number) => n });
    let count = 0;
    range(0, 20_000)
      .pipe(
        parallelMap((worker, n) => worker.same(n), pool),
        parallelMapUnordered((worker, n) => worker.same(n), pool),
      )
      .subscribe(() => count++);
    expect(count).toBe(20_000);
  });

  it('says what it must be made of', () => {
    for (const [api, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [1, '1'],
      [() => 1, 'a function'],
    ])
      expect(() => localPool(api as never)).toThrowError(
        TypeError,
        `localPool: api must be an object of functions, got ${got}`,
      );
  });
});

describe('The setup of localPool', () => {
  it('is waited for by all calls while it runs, and rejects them if it fails', async () => {
    for (const works of [true, false]) {
      let end!: () => void;
      const setup = async (): Promise<void> => {
        await new Promise<void>((resolve) => (end = resolve));
        if (!works) throw new RangeError('no such data');
      };
      const pool = localPool({ echo: (n: number) => n }, { setup });
      const outcomes = Promise.allSettled([
        pool.warmUp(),
        pool.warmUp(),
        pool.each((worker) => worker.echo(1)).then(([each]) => each!.status),
        pool.run((worker) => worker.echo(2)),
        lastValueFrom(of(3).pipe(parallelMap((worker, n) => worker.echo(n), pool))),
      ]);
      end();
      const rejected = { status: 'rejected', reason: jasmine.any(WorkerInitError) };
      const expected = works
        ? [undefined, undefined, 'fulfilled', 2, 3].map((value) => ({ status: 'fulfilled', value }))
        : [rejected, rejected, { status: 'fulfilled', value: 'rejected' }, rejected, rejected];
      expect(await outcomes).toEqual(expected as never);
      await pool.close();
    }
  });

  it('runs once, at the first task, with a copy of the data', async () => {
    const data = { words: ['a', 'b'] };
    let words: string[] = [];
    const setup = jasmine.createSpy('setup', (given: typeof data) => void (words = given.words)).and.callThrough();
    const pool = localPool({ has: (word: string) => words.includes(word) }, { setup, data });
    data.words.push('c');
    expect(setup).not.toHaveBeenCalled();
    const seen: boolean[] = [];
    of('a', 'c')
      .pipe(parallelMap((worker, word) => worker.has(word), pool))
      .subscribe((has) => seen.push(has));
    // It is synchronous as the methods are.
    expect(seen).toEqual([true, false]);
    expect(setup).toHaveBeenCalledTimes(1);
    await pool.close();
  });

  it('is waited for', async () => {
    let ready = false;
    const setup = async (): Promise<void> => {
      await Promise.resolve();
      ready = true;
    };
    const pool = localPool({ isReady: () => ready }, { setup });
    expect(await Promise.all([1, 2, 3].map(() => pool.run((worker) => worker.isReady())))).toEqual([true, true, true]);
    await pool.close();
  });

  it('fails all who wait, and is tried again', async () => {
    let times = 0;
    const setup = async (): Promise<void> => {
      await Promise.resolve();
      if (++times === 1) throw new RangeError('not yet');
    };
    const pool = localPool({ one: () => 1 }, { setup });
    const errors = await Promise.all(
      [1, 2].map(() => pool.run((worker) => worker.one()).catch((error: unknown) => error)),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(WorkerInitError);
      expect((error as Error).cause).toEqual(new RangeError('not yet'));
    }
    expect(await pool.run((worker) => worker.one())).toBe(1);
    await pool.close();
  });

  it('is followed by a teardown, which close waits for, and only where it ran', async () => {
    const said: string[] = [];
    const hooks = {
      setup: () => void said.push('setup'),
      teardown: async () => {
        await Promise.resolve();
        said.push('teardown');
      },
    };
    const pool = localPool({ one: () => 1 }, hooks);
    await pool.run((worker) => worker.one());
    await pool.close();
    expect(said).toEqual(['setup', 'teardown']);
    await localPool({ one: () => 1 }, hooks).close();
    expect(said).toEqual(['setup', 'teardown']);
  });

  it('says what hooks must be', () => {
    expect(() => localPool({ one: () => 1 }, { setup: 1 as never })).toThrowError(
      TypeError,
      /localPool: setup must be a function/,
    );
    expect(() => localPool({ one: () => 1 }, { setUp: 1 } as never)).toThrowError(
      TypeError,
      /localPool: options has no "setUp"/,
    );
  });
});
