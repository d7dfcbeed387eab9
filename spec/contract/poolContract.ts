/** What every pool has to do: one suite, run over each of them. */
import { from, mergeMap, of, range, repeat } from 'rxjs';
import {
  CloneError,
  ParallelError,
  type PoolEvent,
  PoolClosedError,
  type PoolStats,
  TaskTimeoutError,
  TooManyFailuresError,
  Transfer,
  type WorkerPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  taskOf,
} from '../../lib/index.ts';
import { type Again, type ContractApi, read } from './contractApi.ts';
import { keyContract } from './keyContract.ts';
import { operatorsContract } from './operatorsContract.ts';
import { all, beginning, reason } from './outcomes.ts';
import { policyContract } from './policyContract.ts';
import { reportContract } from './reportContract.ts';
import { valuesContract } from './valuesContract.ts';

interface Kind {
  /** The largest size of a pool of this kind. */
  readonly most: number;
  /** Whether arguments and results are copied or moved, rather than the very same. */
  readonly copies: boolean;
  /** Whether what is marked by `Transfer` is moved; default: where values are copied otherwise. */
  readonly moves?: boolean;
  /** Whether a task that is late keeps its place among those of its stream until it has ended. Default: yes. */
  readonly keepsLate?: boolean;
  /** Whether its workers are all of one version, so that a method that one lacks is an error of the program. Default: yes. */
  readonly oneVersion?: boolean;
  /** Whether the tasks of a key may be for one worker. Default: yes. */
  readonly mayStick?: boolean;
  /** Whether a task may give many values. Default: yes. */
  readonly manyValues?: boolean;
  /** Whether a pool that is made larger has its workers here. Default: yes. */
  readonly grows?: boolean;
  make(size: number): WorkerPool<ContractApi>;
}

type Pool = WorkerPool<ContractApi>;

/** The part of a pool's stats that depends on the clock. */
const timesOf = ({
  taskTime,
  carryTime,
  busy,
  wait,
  run,
}: PoolStats): Pick<PoolStats, 'taskTime' | 'carryTime' | 'busy' | 'wait' | 'run'> => ({
  taskTime,
  carryTime,
  busy,
  wait,
  run,
});

export function poolContract(
  name: string,
  {
    most,
    copies,
    moves = copies,
    keepsLate = true,
    oneVersion = true,
    mayStick = true,
    manyValues = true,
    grows = true,
    make,
  }: Kind,
): void {
  reportContract(name, () => make(1));
  valuesContract(name, manyValues, () => make(Math.min(2, most)));

  describe(`${name}, by the contract of pools,`, () => {
    const pools: Pool[] = [];
    const made = (size: number): Pool => {
      const pool = make(Math.min(size, most));
      pools.push(pool);
      return pool;
    };
    afterEach(async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.close({ drain: false })));
    });

    operatorsContract(made);
    keyContract(made, 10, mayStick);
    policyContract(made, most, grows && most > 1);

    describe('run', () => {
      it('resolves to what the method returns, or to what that resolves to', async () => {
        const pool = made(2);
        expect(await pool.run((worker) => worker.echo({ deep: [1, 'two', new Date(3)] }))).toEqual({
          deep: [1, 'two', new Date(3)],
        });
        expect(await pool.run((worker) => worker.later('late', 1))).toBe('late');
        expect(await pool.run((worker) => worker.list())).toEqual([]);
        expect(await pool.run((worker) => worker.list(1, undefined, [2], ''))).toEqual([1, undefined, [2], '']);
      });

      it('resolves to falsy values as they are', async () => {
        const pool = made(2);
        for (const value of [undefined, null, 0, -0, '', false, Number.NaN, 0n]) {
          expect(Object.is(await pool.run((worker) => worker.echo(value)), value))
            .withContext(String(value))
            .toBeTrue();
          expect(Object.is(await pool.run((worker) => worker.later(value, 0)), value))
            .withContext(String(value))
            .toBeTrue();
        }
      });

      it('rejects with what the method throws, in its own shape', async () => {
        const error = await reason(made(1).run((worker) => worker.failWithError()));
        expect(error).toBeInstanceOf(RangeError);
        expect(error).not.toBeInstanceOf(ParallelError);
        expect(error.name).toBe('NoSuchThingError');
        expect(error.message).toBe('There is no such thing');
        expect(error.stack).toContain('failWithError');
        expect(error.code).toBe('ENOTHING');
        expect(error.details).toEqual({ tried: [1, 2] });
        expect(error.cause).toBeInstanceOf(TypeError);
        expect(error.cause.message).toBe('the cause');
        expect(error.cause.cause).toBe(0);
        expect(taskOf(error)).toEqual({ index: 0, input: undefined });
      });

      it('rejects with falsy values and other things that are no errors, as they are', async () => {
        const pool = made(1);
        for (const value of [undefined, null, 0, -0, '', false, Number.NaN, 'text', { some: 'object' }]) {
          expect(await reason(pool.run((worker) => worker.fail(value)))).toEqual(value);
          expect(await reason(pool.run((worker) => worker.failLater(value)))).toEqual(value);
        }
      });

      it('rejects by a message that names the method that is missing, and those that are there', async () => {
        const pool = made(1);
        for (const missing of ['count', 'toString', 'constructor', '__proto__', 'version']) {
          const error = await reason(pool.run((worker) => (worker as any)[missing](1)));
          expect(error).withContext(missing).toBeInstanceOf(TypeError);
          expect(error.message).toMatch(
            new RegExp(`^The worker exposes no method "${missing}"; it exposes echo, list, index, .*, notCloneable$`),
          );
          expect(error.message).not.toContain('rxjs-parallel');
        }
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      });

      for (const onError of oneVersion ? (['skip', 'settle'] as const) : [])
        it(`ends a stream whose worker has no such method, with onError: ${onError}`, async () => {
          const missing = range(0, 3).pipe(parallelMap((worker) => (worker as any).missing(), made(1), { onError }));
          expect((await reason(all(missing))).message).toContain('The worker exposes no method "missing"');
        });

      it('refuses a call as an argument, and one that is not returned', async () => {
        const pool = made(1);
        const nested = pool.run((worker) => worker.echo(worker.echo(1)));
        expect((await reason(nested)).message).toMatch(
          /^fn must return the one call .* echo\(\) as well, and returned echo/,
        );
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      });

      it('calls the method on its object', async () => {
        expect(await made(1).run((worker) => worker.isApi())).toBeTrue();
      });

      it('takes many calls at once', async () => {
        const pool = made(2);
        const numbers = Array.from({ length: 100 }, (_, n) => n);
        expect(await Promise.all(numbers.map((n) => pool.run((worker) => worker.echo(n))))).toEqual(numbers);
      });

      it('takes calls by the thousand, each with an outcome of its own', async () => {
        const pool = made(2);
        const shared = { n: 0 };
        const calls = Array.from({ length: 3000 }, (_, n) => {
          shared.n = n;
          if (n % 7 === 0) return pool.run((worker) => worker.fail(n)).then(fail, (error: unknown) => error);
          if (n % 7 === 1) return pool.run((worker) => worker.later(n, 0), { deadline: 60_000 });
          return pool.run((worker) => worker.echo(copies ? shared : { n })).then(({ n: value }) => value);
        });
        expect(await Promise.all(calls)).toEqual(Array.from({ length: 3000 }, (_, n) => n));
      });

      it('rejects at its deadline, waiting included, and aborts the signal of the task', async () => {
        const pool = made(1);
        const { channel, begun } = await beginning();
        // Its worker is up then: what it takes to start would count.
        await pool.run((worker) => worker.echo(0));
        const running = reason(pool.run((worker) => worker.untilAborted(channel), { deadline: 1000 }));
        await begun;
        const waiting = await reason(pool.run((worker) => worker.echo(1), { deadline: 1 }));
        expect(waiting).toBeInstanceOf(TaskTimeoutError);
        expect(waiting.message).toBe('The call was still waiting for a worker at its deadline of 1 ms');
        expect(taskOf(waiting)).toEqual({ index: 0, input: undefined });
        const late = await running;
        expect(late).toBeInstanceOf(TaskTimeoutError);
        expect(late.message).toBe('The call was still running at its deadline of 1000 ms');
        expect(await pool.run((worker) => worker.aborted(), { deadline: 60_000 })).toBe(1);
      });

      it('calls fn once', async () => {
        let calls = 0;
        await made(1).run((worker) => {
          calls++;
          return worker.echo(1);
        });
        expect(calls).toBe(1);
      });

      it('rejects when fn throws, or returns no call', async () => {
        const pool = made(1);
        const error = new Error('fn');
        const throws = (): never => {
          throw error;
        };
        expect(await reason(pool.run(throws))).toBe(error);
        expect((await reason(pool.run((() => 1) as never))).message).toMatch(
          /fn must return a call of the worker.*it returned 1$/,
        );
        expect((await reason(pool.run((async (worker: any) => worker.echo(1)) as never))).message).toMatch(
          /fn must not be async/,
        );
      });

      it('rejects bad arguments by their names', async () => {
        const pool = made(1);
        const bad: readonly (readonly [unknown, unknown, new () => Error, RegExp])[] = [
          ['x', undefined, TypeError, /^pool\.run: fn must be a function, got 'x'$/],
          [undefined, undefined, TypeError, /^pool\.run: fn must be a function, got undefined$/],
          [
            (worker: any) => worker.echo(1),
            { timeout: 0 },
            RangeError,
            /^pool\.run: timeout must be milliseconds from 1 .*, got 0$/,
          ],
          [
            (worker: any) => worker.echo(1),
            { timeout: '1' },
            TypeError,
            /^pool\.run: timeout must be milliseconds .*, got '1'$/,
          ],
          [
            (worker: any) => worker.echo(1),
            { signal: 1 },
            TypeError,
            /^pool\.run: signal must be an AbortSignal, got 1$/,
          ],
          [
            (worker: any) => worker.echo(1),
            { deadline: 0 },
            RangeError,
            /^pool\.run: deadline must be milliseconds from 1 .*, got 0$/,
          ],
          [
            (worker: any) => worker.echo(1),
            { window: 2 },
            TypeError,
            /^pool\.run: options has no "window"; it may have signal, timeout, deadline, retry, onReport, priority$/,
          ],
          [(worker: any) => worker.echo(1), null, TypeError, /^pool\.run: options must be an object, got null$/],
        ];
        for (const [fn, options, Class, message] of bad) {
          const error = await reason(pool.run(fn as never, options as never));
          expect(error).toBeInstanceOf(Class);
          expect(error.message).toMatch(message);
        }
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      });
    });

    describe('in a stream', () => {
      it('gives results in order', async () => {
        const source = from([20, 0, 10, 0, 5, 0]);
        const results = all(source.pipe(parallelMap((worker, ms, index) => worker.later(index, ms), made(2))));
        expect(await results).toEqual([0, 1, 2, 3, 4, 5]);
      });

      it('gives results as they arrive', async () => {
        const pool = made(2);
        if (pool.size === 1) {
          const source = from([20, 0, 10, 0]);
          const results = all(source.pipe(parallelMapUnordered((worker, ms, index) => worker.later(index, ms), pool)));
          return expect(await results).toEqual([0, 1, 2, 3]);
        }
        // The first ends only once the second has.
        const { channel, begun } = await beginning();
        const results: unknown[] = [];
        await new Promise<void>((resolve) => {
          range(0, 2)
            .pipe(parallelMapUnordered((worker, n) => (n === 0 ? worker.untilReleased(channel) : worker.echo(n)), pool))
            .subscribe({
              async next(value) {
                if (results.push(value) > 1) return;
                await begun;
                const taskEvents = new BroadcastChannel(channel);
                taskEvents.postMessage('end');
                taskEvents.close();
              },
              complete: resolve,
            });
        });
        expect(results).toEqual([1, 'released']);
      });

      it('runs one task at a time in a worker', async () => {
        const pool = made(1);
        await all(range(0, 10).pipe(parallelMapUnordered((worker, n) => worker.later(n, 1), pool)));
        expect(await pool.run((worker) => worker.mostRunning())).toBe(1);
      });

      it('keeps to concurrency', async () => {
        const pool = made(2);
        // With one at a time, a longer task does not come after a shorter one that follows it.
        const source = from([30, 0, 10, 0]);
        const arrived = await all(
          source.pipe(parallelMapUnordered((worker, ms, index) => worker.later(index, ms), pool, { concurrency: 1 })),
        );
        expect(arrived).toEqual([0, 1, 2, 3]);
      });

      it('errors with the failure of the lowest index, after the results before it', async () => {
        const pool = made(2);
        const values: number[] = [];
        const error = await new Promise<any>((resolve) => {
          from([0, 2, 4, 7, 9, 10])
            .pipe(parallelMap((worker, n) => worker.failIfOdd(n), pool))
            .subscribe({ next: (n) => values.push(n), error: resolve });
        });
        expect(values).toEqual([0, 2, 4]);
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toBe('7 is odd');
        expect(taskOf(error)).toEqual({ index: 3, input: 7 });
      });

      it('settles', async () => {
        const settled = await all(
          range(0, 4).pipe(parallelMap((worker, n) => worker.failIfOdd(n), made(2), { onError: 'settle' })),
        );
        expect(settled as unknown[]).toEqual([
          { status: 'fulfilled', index: 0, input: 0, value: 0 },
          { status: 'rejected', index: 1, input: 1, reason: new RangeError('1 is odd') },
          { status: 'fulfilled', index: 2, input: 2, value: 2 },
          { status: 'rejected', index: 3, input: 3, reason: new RangeError('3 is odd') },
        ]);
      });

      it('skips', async () => {
        const pool = made(2);
        expect(
          await all(range(0, 6).pipe(parallelMap((worker, n) => worker.failIfOdd(n), pool, { onError: 'skip' }))),
        ).toEqual([0, 2, 4]);
      });

      it('passes its index to a task', async () => {
        const pool = made(2);
        const indices = Array.from({ length: 100 }, (_, n) => n);
        expect(await all(range(0, 100).pipe(parallelMap((worker) => worker.index(), pool)))).toEqual(indices);
        expect(await all(range(0, 20).pipe(parallelMap((worker) => worker.laterIndex(), made(1))))).toEqual(
          indices.slice(0, 20),
        );
      });

      it('works with each batch and window', async () => {
        const pool = made(2);
        for (const batch of ['auto', 1, 7] as const)
          for (const window of [1, 5, Infinity]) {
            const results = await all(
              range(0, 20).pipe(parallelMap((worker, n) => worker.echo(n), pool, { batch, window })),
            );
            expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n));
          }
      });
    });

    describe('of what is pulled', () => {
      const count = async function* (end: number, log: { read: number; closed: boolean }): AsyncGenerator<number> {
        try {
          while (log.read < end) {
            yield log.read++;
            if (log.read % 7 === 0) await new Promise((resolve) => setTimeout(resolve));
          }
        } finally {
          log.closed = true;
        }
      };

      it('gives every result, in order or as they arrive, within each window', async () => {
        const pool = made(2);
        const expected = Array.from({ length: 40 }, (_, n) => n);
        for (const ordered of [true, false])
          for (const window of [undefined, 1, 5, Infinity]) {
            const log = { read: 0, closed: false };
            const values: number[] = [];
            const results = parallelMapIterable(count(40, log), (worker, n) => worker.echo(n), pool, {
              ordered,
              window,
            });
            for await (const value of results) {
              values.push(value);
              if (window !== undefined) expect(log.read).toBeLessThanOrEqual(values.length + window);
            }
            if (!ordered) values.sort((a, b) => a - b);
            expect(values).withContext(`ordered: ${ordered}, window: ${window}`).toEqual(expected);
            expect(log.closed).toBeTrue();
          }
      });

      it('settles', async () => {
        const settled: unknown[] = [];
        for await (const each of parallelMapIterable([0, 1], (worker, n) => worker.failIfOdd(n), made(2), {
          onError: 'settle',
        }))
          settled.push(each);
        expect(settled).toEqual([
          { status: 'fulfilled', index: 0, input: 0, value: 0 },
          { status: 'rejected', index: 1, input: 1, reason: new RangeError('1 is odd') },
        ]);
      });

      it('rejects with the failure, after the results before it; the source is closed', async () => {
        const log = { read: 0, closed: false };
        const values: number[] = [];
        const loop = async (): Promise<void> => {
          for await (const value of parallelMapIterable(
            count(Infinity, log),
            (worker, n) => worker.failIfOdd(n === 9 ? 9 : 2 * n),
            made(2),
          ))
            values.push(value);
        };
        const error = await reason(loop());
        expect(error.message).toBe('9 is odd');
        expect(taskOf(error)).toEqual({ index: 9, input: 9 });
        expect(values).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
        expect(log.closed).toBeTrue();
      });

      it('closes the source and aborts the running task when the loop is left', async () => {
        const pool = made(1);
        const log = { read: 0, closed: false };
        const { channel, begun } = await beginning();
        const results = parallelMapIterable(
          count(Infinity, log),
          (worker, n) => (n === 0 ? worker.echo(n) : worker.untilAborted(channel)),
          pool,
        );
        for await (const value of results) {
          expect(value).toBe(0);
          await begun;
          break;
        }
        expect(log.closed).toBeTrue();
        // Without shared memory, later tasks of the same message still begin, and are aborted at once.
        expect(await pool.run((worker) => worker.aborted())).toBeGreaterThanOrEqual(1);
      });

      it('gives what was read when the pool closes, and then rejects', async () => {
        const pool = made(1);
        const log = { read: 0, closed: false };
        const values: number[] = [];
        let closed: Promise<void> | undefined;
        const loop = async (): Promise<void> => {
          for await (const value of parallelMapIterable(
            count(Infinity, log),
            (worker, n) => worker.later(n, 1),
            pool,
          )) {
            values.push(value);
            if (value === 3) closed = pool.close();
          }
        };
        expect(await reason(loop())).toBeInstanceOf(PoolClosedError);
        await closed;
        expect(values).toEqual(Array.from({ length: pool.stats().completed }, (_, n) => n));
        expect(values.length).toBeGreaterThan(3);
        expect(log.closed).toBeTrue();
      });
    });

    describe('cancels', () => {
      it('a run by its signal, whose reason it rejects with; the signal of the task aborts', async () => {
        const pool = made(1);
        for (const why of [new Error('no longer wanted'), 0, null]) {
          const controller = new AbortController();
          const { channel, begun } = await beginning();
          const run = reason(pool.run((worker) => worker.untilAborted(channel), { signal: controller.signal }));
          await begun;
          controller.abort(why);
          expect(await run).toBe(why);
        }
        expect(await pool.run((worker) => worker.aborted())).toBe(3);
      });

      it('a run whose signal was aborted before, without asking fn', async () => {
        const pool = made(1);
        let calls = 0;
        const run = pool.run(
          (worker) => {
            calls++;
            return worker.echo(1);
          },
          { signal: AbortSignal.abort('before') },
        );
        expect(await reason(run)).toBe('before');
        expect(calls).toBe(0);
      });

      it('what runs and what waits, when a stream is unsubscribed', async () => {
        const pool = made(1);
        const { channel, begun } = await beginning();
        let calls = 0;
        const subscription = range(0, 10)
          .pipe(
            parallelMap((worker) => {
              calls++;
              return worker.untilAborted(channel);
            }, pool),
          )
          .subscribe();
        await begun;
        subscription.unsubscribe();
        expect(await pool.run((worker) => worker.aborted())).toBe(1);
        expect(calls).toBe(1);
        expect(pool.stats().running).toBe(0);
      });
    });

    describe('with a timeout', () => {
      it('fails a task that takes longer, and goes on', async () => {
        const pool = made(1);
        const error = await reason(pool.run((worker) => worker.untilAborted(), { timeout: 30 }));
        expect(error).toBeInstanceOf(TaskTimeoutError);
        expect(error.message).toContain('30 ms');
        expect(taskOf(error)).toEqual({ index: 0, input: undefined });
        expect(await pool.run((worker) => worker.echo('next'))).toBe('next');
      });

      it('aborts the signal of a task that listens to it; the outcome after that is ignored', async () => {
        const pool = made(1);
        const outcomes: unknown[] = [];
        pool.events$.subscribe((event) => event.type === 'task:end' && outcomes.push(event.outcome));
        for (const fails of [true, false])
          expect(await reason(pool.run((worker) => worker.untilStopped(fails), { timeout: 200 }))).toBeInstanceOf(
            TaskTimeoutError,
          );
        // The same worker, for it has counted both.
        expect(await pool.run((worker) => worker.stops())).toEqual(['TimeoutError true', 'TimeoutError true']);
        expect(outcomes).toEqual(['timeout', 'timeout', 'value']);
        const { completed, failed, restarts, running } = pool.stats();
        expect({ completed, failed, restarts, running }).toEqual({ completed: 1, failed: 2, restarts: 0, running: 0 });
      });

      const unlessQueued = keepsLate ? it : () => {};
      unlessQueued('runs nothing more of a stream than it may until a task that is late has ended', async () => {
        const pool = made(2);
        const { channel, begun } = await beginning();
        const ends = new BroadcastChannel(channel);
        const said: unknown[] = [];
        const late = new Promise<void>((resolve) => {
          const first = new Promise<void>((failed) => {
            from([0, 1])
              .pipe(
                parallelMap((worker, n) => (n === 0 ? worker.lateUntilReleased(channel) : worker.echo(n)), pool, {
                  concurrency: 1,
                  timeout: 200,
                  terminateAfter: 60_000,
                  onError: 'settle',
                }),
              )
              .subscribe({ next: ({ status }) => (said.push(status), failed()), complete: resolve });
          });
          void Promise.all([begun, first]).then(async () => {
            // Another stream may have the other worker, if there is one.
            if (pool.size > 1) expect(await pool.run((worker) => worker.echo('other'))).toBe('other');
            expect(said).toEqual(['rejected']);
            expect(pool.stats().running).toBe(1);
            ends.postMessage('end');
          });
        });
        await late;
        ends.close();
        expect(said).toEqual(['rejected', 'fulfilled']);
        expect(pool.stats().restarts).toBe(0);
      });

      it('leaves others of the stream alone', async () => {
        const pool = made(2);
        const settled = await all(
          range(0, 4).pipe(
            parallelMap((worker, n) => (n === 1 ? worker.untilAborted() : worker.later(undefined, 1)), pool, {
              timeout: 300,
              onError: 'settle',
            }),
          ),
        );
        expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
        expect((settled[1] as { reason: unknown }).reason).toBeInstanceOf(TaskTimeoutError);
      });
    });

    describe('with retry', () => {
      for (const operator of [parallelMap, parallelMapUnordered])
        for (const delay of [0, 3])
          it(`runs again what failed, in its place (${operator.name}, ${delay} ms)`, async () => {
            const pool = made(1);
            const key = `${operator.name} ${delay} ${Math.random()}`;
            const results = await all(
              range(0, 40).pipe(
                operator((worker, n) => worker.flaky(`${key} ${n}`, n % 3, [n]), pool, { retry: { times: 2, delay } }),
              ),
            );
            // Each try had the argument as it was described.
            expect(results.toSorted((a, b) => a - b)).toEqual(
              Array.from({ length: 40 }, (_, n) => (copies ? 2 : 2 + (n % 3))).toSorted((a, b) => a - b),
            );
            expect(pool.stats().failed).toBe(39);
          });

      it('gives what is pulled in order', async () => {
        const key = `pulled ${Math.random()}`;
        const results: number[] = [];
        const retry = { times: 1, delay: (attempt: number) => attempt };
        for await (const n of parallelMapIterable(
          Array.from({ length: 20 }, (_, index) => index),
          (worker, each) => worker.flaky(`${key} ${each}`, each % 2, []),
          made(1),
          { retry, window: 4 },
        ))
          results.push(n);
        expect(results.length).toBe(20);
      });

      it('fails with the last error, of its task', async () => {
        const key = `fails ${Math.random()}`;
        const pool = made(1);
        const error = await reason(
          all(
            of(1, 2).pipe(parallelMap((worker, n) => worker.flaky(`${key} ${n}`, 9 * (n - 1), []), pool, { retry: 2 })),
          ),
        );
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toBe(`${key} 2 3`);
        expect(taskOf(error)).toEqual({ index: 1, input: 2 });
      });

      it('runs what was late again', async () => {
        const options = { retry: 1, timeout: 200, onError: 'settle' } as const;
        let asked = 0;
        const retry = { times: 1, when: (error: unknown) => error instanceof TaskTimeoutError && ++asked > 0 };
        const settled = await all(
          of(0, 1).pipe(
            parallelMap((worker, n) => (n === 0 ? worker.untilAborted() : worker.later(n, 1)), made(2), {
              ...options,
              retry,
            }),
          ),
        );
        expect(settled[0]).toEqual(jasmine.objectContaining({ status: 'rejected', index: 0 }));
        expect(settled[1]).toEqual(jasmine.objectContaining({ status: 'fulfilled', value: 1 }));
        expect(asked).toBe(1);
      });

      if (moves)
        it('does not run again what was moved', async () => {
          const key = `moved ${Math.random()}`;
          const pool = made(1);
          const error = await reason(
            all(
              of(1).pipe(
                parallelMap((worker) => worker.flaky(key, 1, Transfer([], [new ArrayBuffer(8)]) as never), pool, {
                  retry: 3,
                }),
              ),
            ),
          );
          expect(error.message).toBe(`${key} 1`);
        });

      it('runs a call again, until its signal or its deadline ends that', async () => {
        const pool = made(1);
        const key = `run ${Math.random()}`;
        const call = await pool.run((worker) => worker.flaky(key, 2, []), { retry: { times: 2, delay: 1 } });
        expect(call).toBe(copies ? 1 : 3);
        const last = await reason(pool.run((worker) => worker.flaky(`${key} last`, 9, []), { retry: 2 }));
        expect(last.message).toBe(`${key} last 3`);
        const retry = { times: 9, delay: 1e6 };
        const late = pool.run((worker) => worker.flaky(`${key} late`, 9, []), { retry, deadline: 30 });
        expect(await reason(late)).toBeInstanceOf(TaskTimeoutError);
        const stopped = new AbortController();
        const when = (): boolean => {
          queueMicrotask(() => stopped.abort('stop'));
          return true;
        };
        const options = { retry: { ...retry, when }, signal: stopped.signal };
        expect(await reason(pool.run((worker) => worker.flaky(`${key} stop`, 9, []), options))).toBe('stop');
      });

      it('within a draining close', async () => {
        const key = `drains ${Math.random()}`;
        const pool = made(1);
        const asked = new Promise<void>((resolve) => {
          const when = (): boolean => {
            resolve();
            return true;
          };
          results = all(
            of(1).pipe(
              parallelMap((worker) => worker.flaky(key, 1, []), pool, { retry: { times: 1, delay: 20, when } }),
            ),
          );
        });
        await asked;
        await pool.close();
        expect((await results!).length).toBe(1);
      });
      let results: Promise<number[]> | undefined;

      for (const onError of ['skip', 'settle'] as const)
        it(`and maxFailures, errors with one failure more, with onError: ${onError}`, async () => {
          const error = await reason(
            all(
              range(0, 20).pipe(
                parallelMap((worker, n) => worker.failIfOdd(n), made(1), { onError, maxFailures: 3, batch: 1 }),
              ),
            ),
          );
          expect(error).toBeInstanceOf(TooManyFailuresError);
          expect(error.errors.map(({ message }: Error) => message)).toEqual([1, 3, 5, 7].map((n) => `${n} is odd`));
        });
    });

    describe('reports', () => {
      it('its size', () => {
        expect(made(2).size).toBe(Math.min(2, most));
      });

      it('stats that add up', async () => {
        const pool = made(2);
        const { completed, failed, running, restarts } = pool.stats();
        expect({ completed, failed, running, restarts }).toEqual({ completed: 0, failed: 0, running: 0, restarts: 0 });
        await all(range(0, 40).pipe(parallelMap((worker, n) => worker.failIfOdd(n % 3), pool, { onError: 'skip' })));
        await pool.run((worker) => worker.echo(1));
        const stats = pool.stats();
        expect(stats).toEqual({
          ...timesOf(stats),
          workers: stats.workers,
          idle: stats.workers,
          running: 0,
          completed: 28,
          failed: 13,
          restarts: 0,
          dropped: 0,
          paused: false,
        });
        expect(stats.workers).toBeGreaterThan(0);
        expect(stats.workers).toBeLessThanOrEqual(pool.size);
      });

      it('what its workers have spent their time in', async () => {
        const pool = made(1);
        expect(pool.stats()).toEqual(jasmine.objectContaining({ taskTime: 0, carryTime: 0 }));
        let least = 0;
        for (const failing of [false, true]) {
          const before = pool.stats();
          const spins = range(0, 5).pipe(parallelMap((worker) => worker.spin(4, failing), pool, { onError: 'settle' }));
          for (const result of await all(spins))
            least += result.status === 'fulfilled' ? result.value : (result.reason as { took: number }).took;
          const { taskTime, carryTime, busy, workers } = pool.stats();
          expect(least).toBeGreaterThanOrEqual(failing ? 40 : 20);
          expect(taskTime).toBeGreaterThanOrEqual(least);
          expect(carryTime).toBeGreaterThanOrEqual(before.carryTime);
          expect(busy.length).toBe(workers);
          expect(busy.every((share) => share > 0 && share <= 1)).toBeTrue();
        }
        // Nothing runs: nothing more is spent.
        const { taskTime, carryTime } = pool.stats();
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(pool.stats()).toEqual(jasmine.objectContaining({ taskTime, carryTime }));
      });

      it('how long tasks have waited, and run', async () => {
        const pool = made(1);
        const none = { p50: 0, p99: 0, max: 0 };
        expect(pool.stats()).toEqual(jasmine.objectContaining({ wait: none, run: none }));
        await pool.run((worker) => worker.echo(1));
        const began = performance.now();
        const spun = await all(range(0, 4).pipe(parallelMap((worker) => worker.spin(10, false), pool)));
        const passed = performance.now() - began;
        const { run, wait } = pool.stats();
        expect(run.max).toBeGreaterThanOrEqual(Math.min(...spun));
        expect(run.max).toBeLessThanOrEqual(passed);
        // The last has waited for the three before it; so has the call, for a worker.
        expect(wait.max).toBeGreaterThanOrEqual(Math.min(...spun));
        for (const { max, p50, p99 } of [run, wait])
          expect([p50, p99, max]).toEqual([p50, p99, max].toSorted((a, b) => a - b));
      });

      it('how many values were dropped', async () => {
        const pool = made(1);
        for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
          const { dropped } = pool.stats();
          const kept = await all(
            range(0, 50).pipe(
              parallelMap((worker, n) => worker.later(n, 0), pool, { maxPending: 3, overflow, onError: 'settle' }),
            ),
          );
          expect(kept.map(({ index }) => index)).toEqual(kept.map(({ input }) => input));
          expect(pool.stats().dropped - dropped)
            .withContext(overflow)
            .toBe(50 - kept.length);
          expect(kept.length).toBeGreaterThanOrEqual(3);
          expect(kept.length).toBeLessThan(50);
        }
      });

      it('stats while a task runs', async () => {
        const pool = made(1);
        const controller = new AbortController();
        const { channel, begun } = await beginning();
        await pool.run((worker) => worker.echo(1));
        const run = reason(pool.run((worker) => worker.untilAborted(channel), { signal: controller.signal }));
        await begun;
        const stats = pool.stats();
        expect(stats).toEqual({
          ...timesOf(stats),
          workers: 1,
          idle: 0,
          running: 1,
          completed: 1,
          failed: 0,
          restarts: 0,
          dropped: 0,
          paused: false,
        });
        controller.abort();
        await run;
        expect(await pool.run((worker) => worker.aborted())).toBe(1);
        // What was cancelled has neither completed nor failed.
        const later = pool.stats();
        expect(later).toEqual({
          ...timesOf(later),
          workers: 1,
          idle: 1,
          running: 0,
          completed: 2,
          failed: 0,
          restarts: 0,
          dropped: 0,
          paused: false,
        });
      });

      it('what happens, to its listeners', async () => {
        const pool = made(2);
        const events: PoolEvent[] = [];
        const complete = new Promise<void>((resolve) =>
          pool.events$.subscribe({ next: (event) => events.push(event), complete: resolve }),
        );
        await all(range(0, 6).pipe(parallelMap((worker, n) => worker.failIfOdd(n), pool, { onError: 'skip' })));
        await all(of(6).pipe(parallelMap((worker, n) => worker.echo(n), pool)));
        await pool.run((worker) => worker.later(7, 0));
        await pool.close();
        await complete;
        const about = events.flatMap((event) =>
          event.type === 'task:start' ? [`${event.stream} ${event.method} ${event.index}`] : [],
        );
        expect(about.slice(-2)).toEqual(['1 echo 0', '2 later 0']);
        expect(about.slice(0, -2).toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((n) => `0 failIfOdd ${n}`));
        events.splice(0, Infinity, ...events.filter((event) => !('index' in event) || event.stream === 0));
        for (const index of [0, 1, 2, 3, 4, 5]) {
          const ofTask = events.filter((event) => 'index' in event && event.index === index);
          expect(ofTask.map(({ type }) => type))
            .withContext(`task ${index}`)
            .toEqual(['task:start', 'task:end']);
          const [start, end] = ofTask as [PoolEvent, Extract<PoolEvent, { type: 'task:end' }>];
          expect(end.outcome).toBe(index % 2 === 1 ? 'error' : 'value');
          expect(end.worker).toBe(start.worker);
          expect(end.method).toBe('failIfOdd');
          expect(end.time).toBeGreaterThanOrEqual(start.time);
          expect(Math.abs(start.time - Date.now())).toBeLessThan(60_000);
        }
      });

      it('what becomes of tasks that have no result, to its listeners', async () => {
        const pool = made(1);
        const outcomes: unknown[] = [];
        pool.events$.subscribe((event) => event.type === 'task:end' && outcomes.push(event.outcome));
        const controller = new AbortController();
        const { channel, begun } = await beginning();
        const run = reason(pool.run((worker) => worker.untilAborted(channel), { signal: controller.signal }));
        await begun;
        controller.abort();
        await run;
        await pool.run((worker) => worker.aborted());
        await reason(pool.run((worker) => worker.untilAborted(), { timeout: 30 }));
        await pool.run((worker) => worker.aborted());
        expect(outcomes).toEqual(['cancel', 'value', 'timeout', 'value']);
      });
    });

    describe('carries', () => {
      it('what is marked by Transfer, there and back', async () => {
        const bytes = Uint8Array.of(1, 2, 3);
        const pool = made(1);
        // Where the pool itself is fetched first, what it does with a call is known from here on.
        await pool.run((worker) => worker.echo(0));
        const reversed = await pool.run((worker) => worker.reversed(Transfer(bytes, [bytes.buffer])));
        expect(reversed).toEqual(Uint8Array.of(3, 2, 1));
        expect(bytes.byteLength).toBe(moves ? 0 : 3);
        expect(reversed === bytes).toBe(!copies);
      });

      it('what is marked by Transfer for each of many values', async () => {
        const buffers = Array.from({ length: 20 }, (_, n) => Uint8Array.of(n, n + 1));
        const reversed = await all(
          from(buffers).pipe(parallelMap((worker, bytes) => worker.reversed(Transfer(bytes, [bytes.buffer])), made(2))),
        );
        expect(reversed).toEqual(Array.from({ length: 20 }, (_, n) => Uint8Array.of(n + 1, n)));
        if (moves) expect(buffers.every(({ byteLength }) => byteLength === 0)).toBeTrue();
      });

      if (moves)
        it('what is marked by Transfer once: it is gone then', async () => {
          const pool = made(1);
          const bytes = Uint8Array.of(1, 2, 3, 4);
          const moved = /^The arguments of reversed\(\) cannot cross to a worker: its buffer has been moved already/;
          const halves = [bytes.subarray(0, 2), bytes.subarray(2)];
          const source = from(halves);
          const settled = await all(
            source.pipe(
              parallelMap((worker, half) => worker.reversed(Transfer(half, [half.buffer])), pool, {
                onError: 'settle',
              }),
            ),
          );
          expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
          const other = Uint8Array.of(1, 2);
          const twice = of(other).pipe(
            parallelMap((worker, value) => worker.reversed(Transfer(value, [value.buffer])), pool),
            repeat(2),
          );
          const error = await reason(all(twice));
          expect(error).toBeInstanceOf(CloneError);
          expect(error.message).toMatch(moved);
          expect(
            (await reason(pool.run((worker) => worker.reversed(Transfer(bytes, [bytes.buffer]))))).message,
          ).toMatch(moved);
          expect(await pool.run((worker) => worker.echo(1))).toBe(1);
        });

      if (moves)
        it('what a task moves, once', async () => {
          const pool = made(1);
          const settled = await all(
            range(0, 50).pipe(parallelMap((worker) => worker.moveHeld(), pool, { onError: 'settle' })),
          );
          expect(settled.map(({ status }) => status)).toEqual([
            'fulfilled',
            ...Array.from({ length: 49 }, () => 'rejected' as const),
          ]);
          for (const each of settled.slice(1)) {
            const { reason: error } = each as { reason: Error };
            expect(error).toBeInstanceOf(CloneError);
            expect(error.message).toMatch(/^The result of the task cannot cross .* its buffer has been moved already/);
          }
        });

      it('or says what it cannot, and goes on', async () => {
        const pool = made(1);
        const argument = pool.run((worker) => worker.echo(() => 1));
        const result = pool.run((worker) => worker.notCloneable());
        if (copies) {
          for (const run of [argument, result]) {
            const error = await reason(run);
            expect(error).toBeInstanceOf(CloneError);
            expect(error.message).toMatch(/cannot cross/);
          }
        } else for (const run of [argument, result]) expect((await run)()).toBe(1);
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      });
    });

    if (copies)
      describe('gives each call a copy of its own:', () => {
        /** Enough that most travel with others. */
        const MANY = 3000;
        const numbers = Array.from({ length: MANY }, (_, n) => n);

        for (const what of Object.keys(read) as Again[])
          it(`of what its worker returns again and again (${what})`, async () => {
            const pool = made(1);
            const results = await all(range(0, MANY).pipe(parallelMap((worker, n) => worker.again(what, n), pool)));
            expect(results.map(read[what])).toEqual(numbers);
            const later = await all(
              range(0, MANY / 10).pipe(parallelMapUnordered((worker, n) => worker.againLater(what, n), pool)),
            );
            expect(later.map(read[what])).toEqual(numbers.slice(0, MANY / 10));
          });

        it('of an object that inputs share', async () => {
          const options = { tags: [] };
          const source = range(0, MANY);
          const counts = all(source.pipe(parallelMap((worker, n) => worker.tagged({ n, options } as never), made(1))));
          expect(await counts).toEqual(numbers.map(() => 1));
          expect(options.tags).toEqual([]);
        });

        for (const size of [3, 100_000])
          it(`of bytes that every task is given (${size})`, async () => {
            const many = size > 3 ? 100 : MANY;
            const bytes = new Uint8Array(size);
            bytes[size - 1] = 3;
            const pool = made(1);
            const firsts = await all(range(0, many).pipe(parallelMap((worker) => worker.turned(bytes), pool)));
            expect(firsts).toEqual(numbers.slice(0, many).map(() => 3));
            const back = await all(range(0, many).pipe(parallelMap((worker) => worker.echo(bytes), pool)));
            expect(back.every((each: Uint8Array) => each.length === size && each[size - 1] === 3)).toBeTrue();
            expect([bytes.length, bytes[0], bytes[size - 1]]).toEqual([size, 0, 3]);
          });

        for (const ordered of [true, false])
          for (const how of ['at once', 'later'] as const)
            it(`of a row that its source fills again and again (${how}, ordered: ${ordered})`, async () => {
              const row = { n: -1, list: [-1] };
              const fill = (n: number): typeof row => {
                row.list[0] = n;
                return Object.assign(row, { n });
              };
              const many = how === 'at once' ? MANY : MANY / 10;
              function* rows(): Generator<typeof row> {
                for (let n = 0; n < many; n++) yield fill(n);
              }
              async function* laterRows(): AsyncGenerator<typeof row> {
                yield* rows();
              }
              const source = how === 'at once' ? rows() : laterRows();
              const results: (typeof row)[] = [];
              for await (const each of parallelMapIterable(source, (worker, value) => worker.echo(value), made(2), {
                ordered,
              }))
                results.push(each);
              results.sort((a, b) => a.n - b.n);
              expect(results).toEqual(numbers.slice(0, many).map((n) => ({ n, list: [n] })));
            });

        it('of what fn changes for the next', async () => {
          const row = { n: -1, list: [-1] };
          const rows = range(0, MANY).pipe(
            parallelMap((worker, n) => {
              row.n = n;
              row.list[0] = n;
              return worker.echo(row);
            }, made(2)),
          );
          expect(await all(rows)).toEqual(numbers.map((n) => ({ n, list: [n] })));
        });
      });

    describe('shared', () => {
      it('serves several streams and runs', async () => {
        const pool = made(2);
        const numbers = Array.from({ length: 50 }, (_, n) => n);
        const results: unknown[] = await Promise.all([
          all(from(numbers).pipe(parallelMap((worker, n) => worker.echo(n), pool))),
          all(from(numbers).pipe(parallelMapUnordered((worker, n) => worker.later(n, 1), pool))).then((each) =>
            each.toSorted((a, b) => a - b),
          ),
          Promise.all(numbers.map((n) => pool.run((worker) => worker.later(n, 0)))),
        ]);
        expect(results).toEqual([numbers, numbers, numbers]);
      });

      it('chained and nested, as a pool of one', async () => {
        const pool = made(1);
        const results = all(
          range(1, 20).pipe(
            parallelMap((worker, n) => worker.echo(2 * n), pool),
            parallelMap((worker, n) => worker.later(n + 1, 0), pool),
            mergeMap((n) => of(n).pipe(parallelMap((worker, each) => worker.echo(-each), pool))),
          ),
        );
        expect((await results).toSorted((a, b) => b - a)).toEqual(
          Array.from({ length: 20 }, (_, n) => -2 * (n + 1) - 1),
        );
      });
    });

    describe('when it is closed', () => {
      it('delivers the results of received values, then errors the streams that go on', async () => {
        const pool = made(1);
        const source = range(0, 5);
        const whole = all(source.pipe(parallelMap((worker, n) => worker.later(n, 1), pool)));
        const run = pool.run((worker) => worker.later('run', 1));
        const open: unknown[] = [];
        const live = new Promise<unknown>((resolve) => {
          of(0, 1)
            .pipe(mergeMap((n) => (n === 0 ? of('first') : new Promise<string>(() => {}))))
            .pipe(parallelMap((worker, value) => worker.later(value, 1), pool))
            .subscribe({ next: (value) => open.push(value), error: resolve });
        });
        await pool.close();
        expect(await whole).toEqual([0, 1, 2, 3, 4]);
        expect(await run).toBe('run');
        expect(await live).toBeInstanceOf(PoolClosedError);
        expect(open).toEqual(['first']);
        expect(pool.stats().workers).toBe(most === 1 ? pool.stats().workers : 0);
      });

      it('with drain: false, errors everything at once', async () => {
        const pool = made(1);
        const runs = Array.from({ length: 3 }, () => reason(pool.run((worker) => worker.untilAborted())));
        const stream = reason(all(range(0, 5).pipe(parallelMap((worker) => worker.untilAborted(), pool))));
        const closing = pool.close({ drain: false });
        for (const each of [...runs, stream]) expect(await each).toBeInstanceOf(PoolClosedError);
        await closing;
      });

      it('cuts a draining close short with drain: false', async () => {
        const pool = made(1);
        const run = reason(pool.run((worker) => worker.untilAborted()));
        const draining = pool.close();
        const cut = pool.close({ drain: false });
        expect(await run).toBeInstanceOf(PoolClosedError);
        await Promise.all([draining, cut]);
      });

      it('takes nothing more', async () => {
        const pool = made(1);
        await pool.run((worker) => worker.echo(1));
        const closing = pool.close();
        for (const when of ['during', 'after']) {
          expect(await reason(pool.run((worker) => worker.echo(1))))
            .withContext(when)
            .toBeInstanceOf(PoolClosedError);
          expect(await reason(all(of(1).pipe(parallelMap((worker, n) => worker.echo(n), pool)))))
            .withContext(when)
            .toBeInstanceOf(PoolClosedError);
          await closing;
        }
      });

      it('may be closed again, and without ever having been used', async () => {
        const pool = made(2);
        await Promise.all([pool.close(), pool.close()]);
        await pool.close();
        await pool.close({ drain: false });
        await pool[Symbol.asyncDispose]();
      });

      it('by the end of an `await using`, that waits for it', async () => {
        let run: Promise<unknown>;
        let used: Pool;
        {
          await using pool = make(1);
          run = pool.run((worker) => worker.later('done', 5));
          used = pool;
        }
        expect(await run).toBe('done');
        expect(await reason(used.run((worker) => worker.echo(1)))).toBeInstanceOf(PoolClosedError);
      });

      it('rejects bad options by their names', async () => {
        const pool = made(1);
        for (const [options, message] of [
          [{ drain: 1 }, /^pool\.close: drain must be true or false, got 1$/],
          [{ drain: null }, /^pool\.close: drain must be true or false, got null$/],
          [{ force: true }, /^pool\.close: options has no "force"; it may have drain$/],
          [true, /^pool\.close: options must be an object, got true$/],
        ] as const) {
          const error = await reason(pool.close(options as never));
          expect(error).toBeInstanceOf(TypeError);
          expect(error.message).toMatch(message);
        }
        expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      });
    });
  });
}
