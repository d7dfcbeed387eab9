/** What a worker does before its first task, and after its last. */
import { type Observable, from, lastValueFrom, range, toArray } from 'rxjs';
import {
  CloneError,
  ClosureError,
  PoolClosedError,
  Transfer,
  Worker,
  WorkerInitError,
  type WorkerPool,
  type WorkerPoolOptions,
  localPool,
  parallelMap,
  workerPool,
} from '../../../lib/index.ts';
import { replaceClock } from '../../../lib/primitives/clock.ts';
import type { SetupApi, SetupData } from '../../fixtures/setup.worker.ts';

const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));
const made = (data?: SetupData, options: WorkerPoolOptions = {}): WorkerPool<SetupApi> =>
  workerPool<SetupApi>(
    () => new Worker(new URL('../../fixtures/setup.worker.js', import.meta.url), { type: 'module' }),
    { size: 2, ...options, ...(data === undefined ? {} : { data }) },
  );

let channels = 0;

/** Everything that hooks say on a channel; `said` resolves when that has been said. */
function listening(): { channel: string; heard: string[]; said(what: string): Promise<void>; end(): void } {
  const channel = `hooks ${channels++}`;
  const heard: string[] = [];
  const listener = new BroadcastChannel(channel);
  let changed = (): void => {};
  listener.onmessage = ({ data }) => {
    heard.push(data as string);
    changed();
  };
  const said = async (what: string): Promise<void> => {
    while (!heard.includes(what)) await new Promise<void>((resolve) => (changed = resolve));
  };
  return { channel, heard, said, end: () => listener.close() };
}

async function failure(pool: WorkerPool<SetupApi>): Promise<any> {
  try {
    await pool.run((worker) => worker.times());
  } catch (error) {
    return error;
  } finally {
    await pool.close();
  }
  throw new Error('It did not reject');
}

describe('The setup of a worker', () => {
  it('runs once in each, before its first task, with the data of the pool', async () => {
    await using pool = made({ how: 'late', words: ['able', 'cable', 'dog'] });
    // Many at once: none finds it not loaded.
    const found = await Promise.all(Array.from({ length: 40 }, () => pool.run((worker) => worker.find('able'))));
    expect(found).toEqual(Array.from({ length: 40 }, () => ['able', 'cable']));
    expect(new Set(await all(range(1, 40).pipe(parallelMap((worker) => worker.times(), pool))))).toEqual(new Set([1]));
  });

  it('runs again in a worker that takes the place of another', async () => {
    await using pool = made({ words: ['a'] }, { size: 1 });
    expect(await pool.run((worker) => worker.find('a'))).toEqual(['a']);
    await pool.run((worker) => worker.die());
    const until = Date.now() + 20_000;
    while (pool.stats().workers > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await pool.run((worker) => worker.find('a'))).toEqual(['a']);
    expect(pool.stats().restarts).toBe(1);
  });

  it('gets a copy of its own, of what the data were when the pool was made', async () => {
    const words = ['a'];
    await using pool = made({ words });
    words.push('b');
    const changed = await all(range(1, 12).pipe(parallelMap((worker, n) => worker.add(String(n)), pool)));
    expect(Math.max(...changed)).toBeLessThan(14);
    expect(words).toEqual(['a', 'b']);
  });

  it('gets nothing where a pool has no data', async () => {
    await using pool = made();
    expect(await pool.run((worker) => worker.words())).toEqual([]);
  });

  for (const [how, message] of [
    ['throws', /^A worker.* failed in its setup: RangeError: no such data$/],
    ['rejects', /^A worker.* failed in its setup: RangeError: no such data$/],
    ['throws undefined', /^A worker.* failed in its setup: undefined$/],
    ['is lost', /^A worker.* ended by an uncaught error \(.*lost.*\) before it had been set up$/],
  ] as const)
    it(`fails all who wait where it ${how}`, async () => {
      const error = await failure(made({ how }));
      expect(error).toBeInstanceOf(WorkerInitError);
      expect(error.message).toMatch(message);
      if (how === 'throws undefined') expect('cause' in error && error.cause).toBeUndefined();
      else expect(error.cause).toEqual(jasmine.any(RangeError));
    });

  it('has initTimeout to end', async () => {
    const { channel, said, end } = listening();
    // That runs out when the setup has begun, however long its worker took to come up.
    let runOut: (() => void) | undefined;
    const clock = replaceClock({
      setTimeout: ((act: () => void, ms: number, ...given: unknown[]) => {
        if (ms === 700) runOut = act;
        // As a method of `clock` a browser refuses it.
        const { setTimeout: own } = clock;
        return own(ms === 700 ? () => {} : act, ms, ...given);
      }) as never,
    });
    try {
      const failed = failure(made({ how: 'hangs', channel }, { initTimeout: 700 }));
      await said('setup');
      runOut!();
      const error = await failed;
      expect(error).toBeInstanceOf(WorkerInitError);
      expect(error.message).toMatch(/did not end its setup within 700 ms \(initTimeout sets the limit\)/);
    } finally {
      replaceClock(clock);
      end();
    }
  });

  it('ends, and the teardown follows it, where the pool is closed meanwhile', async () => {
    for (const drain of [true, false]) {
      const { channel, heard, said, end } = listening();
      const pool = made({ how: 'late', channel }, { size: 1 });
      const warm = pool.warmUp(1).catch((error: unknown) => error);
      await said('setup');
      await pool.close({ drain });
      expect(await warm).toBeInstanceOf(PoolClosedError);
      await said('torn down');
      expect(heard).toEqual(['setup', 'teardown', 'torn down']);
      end();
    }
  });

  it('is named in the error where data is given to a worker without one', async () => {
    const pool = workerPool(
      () => new Worker(new URL('../../fixtures/primes.worker.js', import.meta.url), { type: 'module' }),
      { size: 1, data: 1 },
    );
    const error = await failure(pool as never);
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toMatch(
      /cannot be given the data of its pool: its module gives expose\(\) no setup for them$/,
    );
  });

  it('is given nothing that cannot cross: workerPool throws at once', () => {
    expect(() => made({ words: (() => {}) as never })).toThrowMatching(
      (error) => error instanceof CloneError && error.message.startsWith('workerPool: data cannot cross to a worker: '),
    );
  });

  it('is given nothing that is moved: every worker gets a copy', async () => {
    const bytes = new ArrayBuffer(8);
    const data = Transfer(bytes) as never;
    const refusal = /^\w+: data cannot .*: Transfer is for an argument or a result itself/;
    expect(() => made(data)).toThrowError(CloneError, refusal);
    expect(() => localPool({ one: () => 1 }, { data })).toThrowError(CloneError, refusal);
    await expectAsync(
      lastValueFrom(range(0, 2).pipe(parallelMap((n) => n, 2, { context: data, onError: 'skip' }))),
    ).toBeRejectedWithError(WorkerInitError, /Transfer is for an argument or a result itself/);
    expect(bytes.byteLength).toBe(8);
  });
});

describe('The teardown of a worker', () => {
  for (const [which, options, end] of [
    ['close', {}, (pool: WorkerPool<SetupApi>) => pool.close()],
    ['close at once', {}, (pool: WorkerPool<SetupApi>) => pool.close({ drain: false })],
    ['idleTimeout', { idleTimeout: 1 }, async () => {}],
    ['maxTasksPerWorker', { maxTasksPerWorker: 1 }, async () => {}],
  ] as const)
    it(`runs to its end (${which})`, async () => {
      const { channel, end: stop, heard, said } = listening();
      const pool = made({ channel }, { size: 1, ...options });
      await pool.run((worker) => worker.times());
      await end(pool);
      await said('torn down');
      expect(heard).toEqual(['setup', 'teardown', 'torn down']);
      await pool.close();
      stop();
    });

  it('is cut off where it hangs', async () => {
    const { channel, end, heard, said } = listening();
    const pool = made({ channel, teardown: 'hangs' }, { size: 1 });
    await pool.run((worker) => worker.times());
    await pool.close();
    await said('teardown');
    expect(heard).toEqual(['setup', 'teardown']);
    end();
  });

  it('prints to stderr what it throws', async () => {
    const lines = spyOn(console, 'error');
    const pool = made({ teardown: 'throws' }, { size: 1 });
    await pool.run((worker) => worker.times());
    await pool.close();
    expect(lines.calls.allArgs().join()).toMatch(
      /rxjs-parallel: A worker failed in its teardown: RangeError: cannot let go/,
    );
  });
});

describe('The setup of an inline function', () => {
  it('makes its third argument, once in each worker', async () => {
    const counted = range(1, 40).pipe(
      parallelMap(
        (n, _index, state) => {
          state.calls++;
          return { n: state.offset + n, setups: state.setups };
        },
        2,
        {
          context: { offset: 100 },
          setup: async ({ offset }: { readonly offset: number }) => {
            const scope = globalThis as { setups?: number };
            scope.setups = (scope.setups ?? 0) + 1;
            await Promise.resolve();
            return { offset, calls: 0, setups: scope.setups };
          },
        },
      ),
    );
    expect(await all(counted)).toEqual(Array.from({ length: 40 }, (_, at) => ({ n: 101 + at, setups: 1 })));
  });

  it('may return what could not cross', async () => {
    const inside = from(['b', 'x']).pipe(
      parallelMap((word, _index, has) => has(word), 1, {
        setup: () => {
          const words = new Set(['a', 'b']);
          return (word: string) => words.has(word);
        },
      }),
    );
    expect(await all(inside)).toEqual([true, false]);
  });

  it('fails the stream with what it throws', async () => {
    const failing = range(1, 2).pipe(
      parallelMap((n) => n, 1, {
        setup: () => {
          throw new RangeError('no such model');
        },
      }),
    );
    await expectAsync(all(failing)).toBeRejectedWithError(
      WorkerInitError,
      /failed in its setup: RangeError: no such model/,
    );
  });

  it('says what it uses that it has not', async () => {
    const outer = { words: ['a'] };
    const failing = range(1, 2).pipe(parallelMap((n, _index, words) => words[n], 1, { setup: () => outer.words }));
    const error = await all(failing).then(
      () => undefined,
      (thrown: unknown) => thrown as WorkerInitError,
    );
    expect(error?.message).toMatch(/outer/);
    expect(error?.cause).toBeInstanceOf(ClosureError);
    const bound = range(1, 2).pipe(
      parallelMap((n) => n, 1, {
        setup(this: { a: number }) {
          return this.a;
        },
      }),
    );
    await expectAsync(all(bound)).toBeRejectedWithError(ClosureError, /this/);
  });

  it('is for inline functions only, and a function', () => {
    const pool = made();
    expect(() =>
      range(1, 2).pipe(parallelMap((worker: any) => worker.times(), pool, { setup: () => 1 } as never)),
    ).toThrowError(TypeError, /setup is for inline functions.*expose\(api, \{ setup \}\)/);
    expect(() => range(1, 2).pipe(parallelMap((n) => n, 1, { setup: 1 as never }))).toThrowError(
      TypeError,
      /setup must be a function, got 1/,
    );
  });
});
