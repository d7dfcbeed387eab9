import * as fc from 'fast-check';
import { concatMap, from, lastValueFrom, take, toArray } from 'rxjs';
import {
  type IterableSource,
  PoolClosedError,
  TaskTimeoutError,
  localPool,
  parallelMapIterable,
} from '../../lib/index.ts';
import { FakePool } from '../support/fakePool.ts';
import { Counter, Gates, all, reason, turn } from '../support/gates.ts';
import { lawPatience, lawRuns } from '../support/lawRuns.ts';

const FALSY = [undefined, null, 0, '', false];
const DONE = { done: true, value: undefined } as const;
const gives = <T>(value: T): { done: false; value: T } => ({ done: false, value });

/** A pool whose tasks end at once. */
const atOnce = <Api extends object>(api: Api, size = 2): FakePool<Api> =>
  new FakePool(api, { size, course: () => ({ takes: 0 }) });
const echoing = (size = 2) => atOnce({ run: (value: any): any => value }, size);

describe('parallelMapIterable', () => {
  describe('reads', () => {
    const kinds: Readonly<Record<string, () => IterableSource<any>>> = {
      array: () => ['a', 'b', 'c'],
      set: () => new Set(['a', 'b', 'c']),
      string: () => 'abc',
      generator: function* () {
        yield* 'abc';
      },
      'async generator': async function* () {
        yield 'a';
        await turn();
        yield 'b';
        yield 'c';
      },
      ReadableStream: () => streamOf('abc'),
      'ReadableStream that is no async iterable': () => {
        const stream = streamOf('abc');
        return { getReader: () => stream.getReader() };
      },
      'iterator of one’s own, without return': () => {
        const values = ['a', 'b', 'c'];
        return { [Symbol.iterator]: () => ({ next: () => ({ done: values.length === 0, value: values.shift() }) }) };
      },
      'async iterator of one’s own, with promises that are only like promises': () => {
        const values = ['a', 'b', 'c'];
        const next = (): any => ({
          then(resolve: (result: unknown) => void) {
            resolve({ done: values.length === 0, value: values.shift() });
            resolve('again');
          },
        });
        return { [Symbol.asyncIterator]: () => ({ next }) };
      },
    };
    for (const [kind, open] of Object.entries(kinds))
      for (const ordered of [true, false])
        it(`every value of: ${kind} (ordered: ${ordered})`, async () => {
          const { pool } = echoing();
          const results = parallelMapIterable(open(), (worker, value) => worker.run(`${value}!`), pool, { ordered });
          expect(await all(results)).toEqual({ values: ['a!', 'b!', 'c!'] });
        });

    it('nothing, and opens nothing, before the first next', async () => {
      const fake = echoing();
      let opened = 0;
      const source = {
        [Symbol.iterator]() {
          opened++;
          return [1][Symbol.iterator]();
        },
      };
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), fake.pool);
      await turn();
      expect([opened, fake.attached]).toEqual([0, 0]);
      expect(await all(results)).toEqual({ values: [1] });
      expect(await all(results)).toEqual({ values: [] });
      expect([opened, fake.attached]).toEqual([1, 0]);
    });

    it('no value before a worker has room for it', async () => {
      for (const way of ['numbers', 'later'] as const) {
        const gates = new Gates(3);
        const counter = new Counter();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), gates.fake.pool);
        const first = results.next();
        while (gates.fake.busy < 3) await turn();
        await turn();
        expect(counter.read).withContext(way).toBe(3);
        await gates.end(1);
        while (gates.fake.begun.length < 4) await turn();
        await turn();
        expect(counter.read).withContext(way).toBe(4);
        await gates.end(0);
        expect(await first).toEqual(gives(0));
        await results.return!();
      }
    });

    it('no more for this stream than its concurrency has room for', async () => {
      const gates = new Gates(4);
      const counter = new Counter();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool, {
        concurrency: 2,
      });
      const first = results.next();
      await turn();
      expect(counter.read).toBe(2);
      await gates.end(0);
      expect(await first).toEqual(gives(0));
      expect(counter.read).toBe(3);
      await results.return!();
    });

    it('one value at a time', async () => {
      let reading = 0;
      let most = 0;
      let n = 0;
      const source = {
        [Symbol.asyncIterator]: () => ({
          async next() {
            most = Math.max(most, ++reading);
            await turn();
            reading--;
            return n < 20 ? gives(n++) : DONE;
          },
        }),
      };
      const { values } = await all(parallelMapIterable(source, (worker, value) => worker.run(value), echoing(4).pool));
      expect(values.length).toBe(20);
      expect(most).toBe(1);
    });

    it('nothing after its end', async () => {
      let asked = 0;
      const source = { [Symbol.iterator]: () => ({ next: () => (asked++ === 0 ? gives(1) : DONE) }) };
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), echoing().pool);
      expect(await all(results)).toEqual({ values: [1] });
      await results.next();
      expect(asked).toBe(2);
    });
  });

  describe('window', () => {
    for (const ordered of [true, false])
      for (const way of ['numbers', 'later'] as const) {
        it(`counts what the consumer has not taken (${way}, ordered: ${ordered})`, async () => {
          for (const window of [1, 2, 5]) {
            const counter = new Counter();
            const { pool } = echoing(3);
            const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), pool, {
              ordered,
              window,
            });
            for (let taken = 1; taken < 6; taken++) {
              expect(await results.next()).toEqual(gives(taken - 1));
              while (counter.read < taken + window) await turn();
              for (let more = 0; more < 5; more++) await turn();
              expect(counter.read)
                .withContext(`read, window ${window}, ${taken} taken`)
                .toBe(taken + window);
            }
            await results.return!();
          }
        });

        it(`is 64 results where none is given and tasks are quick (${way}, ordered: ${ordered})`, async () => {
          const counter = new Counter();
          const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), echoing(2).pool, {
            ordered,
          });
          for (const taken of [1, 2, 3]) {
            await results.next();
            while (counter.read < taken + 64) await turn();
            for (let more = 0; more < 5; more++) await turn();
            expect(counter.read).toBe(taken + 64);
          }
          await results.return!();
        });
      }

    it('smaller than the pool: no more run', async () => {
      const gates = new Gates(4);
      const counter = new Counter(10);
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool, {
        window: 2,
      });
      const taken = all(results);
      for (let n = 0; n < 10; n++) {
        expect(counter.read).toBe(Math.min(10, n + 2));
        await gates.end(n);
      }
      expect((await taken).values.length).toBe(10);
      expect(gates.fake.mostBusy).toBe(2);
    });

    it('in order, counts what waits for an earlier one', async () => {
      const gates = new Gates(2);
      const counter = new Counter();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool, {
        window: 3,
      });
      const first = results.next();
      await turn();
      await gates.end(1);
      await gates.end(2);
      expect(counter.read).toBe(3);
      await gates.end(0);
      expect(await first).toEqual(gives(0));
      expect(counter.read).toBe(4);
      await results.return!();
    });

    it('Infinity: reads on whatever the consumer has not taken', async () => {
      const counter = new Counter(1000);
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), echoing().pool, {
        window: Infinity,
      });
      await results.next();
      await turn();
      expect(counter.read).toBe(1000);
      expect((await all(results)).values.length).toBe(999);
    });

    it('full of values that are skipped: goes on', async () => {
      const api = {
        run(n: number): number {
          if (n % 10 !== 9) throw new Error('skipped');
          return n;
        },
      };
      for (const ordered of [true, false]) {
        const source = new Counter(100).numbers();
        const options = { window: 1, onError: 'skip', ordered } as const;
        const results = parallelMapIterable(source, (worker, n) => worker.run(n), atOnce(api).pool, options);
        expect((await all(results)).values).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
      }
    });
  });

  describe('results', () => {
    it('come in the order of the source', async () => {
      const gates = new Gates(3);
      const results = all(parallelMapIterable([0, 1, 2], (worker, n) => worker.run(n), gates.fake.pool));
      await turn();
      for (const n of [2, 0, 1]) await gates.end(n);
      expect(await results).toEqual({ values: [0, 1, 2] });
    });

    it('come as they are complete with ordered: false', async () => {
      const gates = new Gates(3);
      const results = all(
        parallelMapIterable([0, 1, 2], (worker, n) => worker.run(n), gates.fake.pool, { ordered: false }),
      );
      await turn();
      for (const n of [2, 0, 1]) await gates.end(n);
      expect(await results).toEqual({ values: [2, 0, 1] });
    });

    it('may be falsy', async () => {
      for (const ordered of [true, false])
        // With a window of 1 each is asked for before it is there, else most are there first.
        for (const window of [1, 2, undefined]) {
          const results = parallelMapIterable(FALSY, (worker, value) => worker.run(value), echoing().pool, {
            ordered,
            window,
          });
          expect(await all(results)).toEqual({ values: FALSY });
        }
    });

    it('are given to calls of next in the order of these, and the end to the remaining ones', async () => {
      const gates = new Gates(2);
      const results = parallelMapIterable([0, 1], (worker, n) => worker.run(n), gates.fake.pool);
      const calls = Promise.all([results.next(), results.next(), results.next(), results.next()]);
      await turn();
      await gates.end(1);
      await gates.end(0);
      expect(await calls).toEqual([gives(0), gives(1), DONE, DONE]);
      expect(await results.next()).toEqual(DONE);
      expect(gates.fake.attached).toBe(0);
    });

    it('pass their index to fn and the task', async () => {
      const { pool } = atOnce({ run: (value: string, index: number): string => `${index}${value}` });
      const results = parallelMapIterable('abc', (worker, value, index) => worker.run(value, index), pool);
      expect(await all(results)).toEqual({ values: ['0a', '1b', '2c'] });
    });

    const numRuns = lawRuns(60);
    it(
      'are what a loop gives, whatever the schedule, the window and the consumer',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.record({ takes: fc.nat(2), fails: fc.nat(19).map((n) => n === 0) }), { maxLength: 60 }),
            fc.record({
              size: fc.integer({ min: 1, max: 4 }),
              room: fc.integer({ min: 1, max: 4 }),
              group: fc.integer({ min: 1, max: 4 }),
              window: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
              later: fc.boolean(),
              pause: fc.integer({ min: 1, max: 9 }),
            }),
            async (tasks, { size, room, group, window, later, pause }) => {
              const api = {
                run(n: number): number {
                  if (tasks[n]!.fails) throw n;
                  return n;
                },
              };
              const fake = new FakePool(api, {
                size,
                room: () => room,
                group: () => group,
                course: ({ input }) => ({ takes: tasks[input as number]!.takes }),
              });
              const counter = new Counter(tasks.length);
              const source = later ? counter.later() : counter.numbers();
              const results = parallelMapIterable(source, (worker, n) => worker.run(n), fake.pool, { window });
              const values: number[] = [];
              let failed: unknown;
              try {
                for await (const value of results) {
                  if (window !== undefined) expect(counter.read).toBeLessThanOrEqual(values.length + 1 + window);
                  if (values.push(value) % pause === 0) await turn();
                }
              } catch (error) {
                failed = error;
              }
              const end = tasks.findIndex(({ fails }) => fails);
              const expected = Array.from({ length: end < 0 ? tasks.length : end }, (_, n) => n);
              expect(values).toEqual(expected);
              expect(failed).toBe(end < 0 ? undefined : end);
              expect([fake.attached, counter.closed]).toEqual([0, 1]);
            },
          ),
          { numRuns },
        );
      },
      lawPatience(numRuns),
    );
  });

  describe('a failing task', () => {
    const failing = (failed: number) => ({
      run(n: number): number {
        if (n === failed) throw new RangeError(`not ${n}`);
        return n;
      },
    });

    it('rejects after the results before it; then it is over, the source closed, the rest cancelled', async () => {
      for (const way of ['numbers', 'later'] as const) {
        const gates = new Gates(3);
        const counter = new Counter();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), gates.fake.pool);
        const calls = [results.next(), results.next(), results.next(), results.next()];
        const answers: unknown[] = [];
        calls.forEach((call, at) => {
          void call.then(
            ({ done }) => answers.push([at, done]),
            () => answers.push(at),
          );
        });
        while (gates.fake.busy < 3) await turn();
        await gates.fail(1, 0);
        expect(answers).toEqual([]);
        expect(gates.fake.cancelled).toEqual([2]);
        await gates.end(0);
        expect(await calls[0]).toEqual(gives(0));
        expect(await reason(calls[1]!)).toBe(0);
        expect(counter.closed).withContext(way).toBe(1);
        expect(await Promise.all(calls.slice(2))).toEqual([DONE, DONE]);
        expect(answers).toEqual([[0, false], 1, [2, true], [3, true]]);
        expect(await results.next()).toEqual(DONE);
        expect(gates.fake.attached).toBe(0);
      }
    });

    it('that nobody has asked for yet waits until it is its turn', async () => {
      for (const ordered of [true, false]) {
        const { pool } = atOnce(failing(3));
        const results = parallelMapIterable([0, 1, 2, 3, 4], (worker, n) => worker.run(n), pool, { ordered });
        expect(await results.next()).toEqual(gives(0));
        await turn();
        expect(await results.next()).toEqual(gives(1));
        expect(await results.next()).toEqual(gives(2));
        expect((await reason(results.next())).message).toBe('not 3');
        expect(await results.next()).toEqual(DONE);
      }
    });

    it('rejects at once with ordered: false, and with errorTiming: immediate', async () => {
      for (const options of [{ ordered: false }, { errorTiming: 'immediate' }, { ordered: true }] as const) {
        const gates = new Gates(2);
        const results = parallelMapIterable([0, 1], (worker, n) => worker.run(n), gates.fake.pool, options);
        const first = results.next();
        first.catch(() => {});
        await turn();
        await gates.fail(1, 'no');
        if ('ordered' in options && options.ordered) {
          await gates.end(0);
          expect(await first).toEqual(gives(0));
          expect(await reason(results.next())).toBe('no');
        } else expect(await reason(first)).toBe('no');
      }
    });

    for (const errorTiming of ['in-order', 'immediate'] as const)
      it(`that fn refuses to describe is the last that is read (${errorTiming})`, async () => {
        const gates = new Gates(1);
        const counter = new Counter();
        const describe = (worker: any, n: number) => {
          if (n === 1) throw new RangeError('refused');
          return worker.run(n);
        };
        const results = parallelMapIterable(counter.numbers(), describe, gates.fake.pool, { window: 1, errorTiming });
        const both = [results.next(), reason(results.next())];
        await turn();
        await gates.end(0);
        expect(await Promise.all(both)).toEqual([gives(0), new RangeError('refused')]);
        expect(counter.read).toBe(2);
      });

    it('may throw what is falsy', async () => {
      const api = {
        run(value: unknown): never {
          throw value;
        },
      };
      for (const falsy of FALSY) {
        const results = parallelMapIterable([falsy], (worker, value) => worker.run(value), atOnce(api).pool);
        expect(await reason(results.next())).toBe(falsy);
        expect(await results.next()).toEqual(DONE);
      }
    });

    it('is one of the results with onError: settle', async () => {
      const { pool } = atOnce(failing(1));
      const results = parallelMapIterable([0, 1, 2], (worker, n) => worker.run(n), pool, { onError: 'settle' });
      expect((await all(results)).values as unknown[]).toEqual([
        { status: 'fulfilled', index: 0, input: 0, value: 0 },
        { status: 'rejected', index: 1, input: 1, reason: new RangeError('not 1') },
        { status: 'fulfilled', index: 2, input: 2, value: 2 },
      ]);
    });

    it('is one that fn throws for', async () => {
      const error = new Error('fn');
      const counter = new Counter();
      const fail = (): never => {
        throw error;
      };
      const { values, error: thrown } = await all(
        parallelMapIterable(counter.numbers(), (worker, n) => (n === 2 ? fail() : worker.run(n)), echoing().pool),
      );
      expect(values).toEqual([0, 1]);
      expect(thrown).toBe(error);
      expect(counter.closed).toBe(1);
    });

    it('is one that runs too long', async () => {
      const fake = new FakePool(
        { run: (n: number) => n },
        { size: 2, course: ({ input }) => ({ takes: input === 1 ? Infinity : 0 }) },
      );
      const { values, error } = await all(
        parallelMapIterable([0, 1, 2], (worker, n) => worker.run(n), fake.pool, { timeout: 1 }),
      );
      expect(values).toEqual([0]);
      expect(error).toBeInstanceOf(TaskTimeoutError);
    });
  });

  describe('a source that fails', () => {
    it('rejects at once with what it threw; what is out is cancelled', async () => {
      for (const thrown of [new Error('source'), ...FALSY]) {
        const sources: readonly IterableSource<number>[] = [
          (function* () {
            yield 0;
            yield 1;
            throw thrown;
          })(),
          (async function* () {
            yield 0;
            yield 1;
            throw thrown;
          })(),
        ];
        for (const source of sources) {
          const gates = new Gates(3);
          const results = parallelMapIterable(source, (worker, n) => worker.run(n), gates.fake.pool, {
            onError: 'settle',
          });
          expect(await reason(results.next())).toBe(thrown);
          expect(gates.fake.cancelled).toEqual([0, 1]);
          expect(gates.fake.attached).toBe(0);
          expect(await results.next()).toEqual(DONE);
        }
      }
    });

    it('rejects the next call where no call is pending', async () => {
      const gates = new Gates(1);
      const source = (function* () {
        yield 0;
        throw new Error('source');
      })();
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), gates.fake.pool);
      const first = results.next();
      await turn();
      await gates.end(0);
      expect(await first).toEqual(gives(0));
      await turn();
      expect((await reason(results.next())).message).toBe('source');
      expect(await results.next()).toEqual(DONE);
    });

    it('rejects where it cannot be opened, and holds no place in the pool', async () => {
      const locked = streamOf('abc');
      locked.getReader();
      const throws = {
        [Symbol.iterator](): never {
          throw new TypeError('cannot be opened');
        },
      };
      for (const source of [locked as never, throws]) {
        const fake = echoing();
        const results = parallelMapIterable(source, (worker, value) => worker.run(value), fake.pool);
        const error = await reason(results.next());
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toMatch(
          source === throws ? /^cannot be opened$/ : /^The source is a ReadableStream that is locked/,
        );
        expect(await results.next()).toEqual(DONE);
        expect(fake.attached).toBe(0);
      }
    });

    it('rejects where next gives no result', async () => {
      for (const nothing of [undefined, null, 5, 'done']) {
        const sync = { [Symbol.iterator]: () => ({ next: () => nothing as never }) };
        const later = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(nothing as never) }) };
        for (const source of [sync, later]) {
          const error = await reason(parallelMapIterable(source, (worker, n) => worker.run(n), echoing().pool).next());
          expect(error).toBeInstanceOf(TypeError);
          expect(error.message).toMatch(/^next\(\) of the source must give { done, value }, it gave /);
        }
      }
    });

    it('rejects where a web stream errors; its lock is released', async () => {
      const stream = new ReadableStream<number>({
        start: (controller) => controller.enqueue(1),
        pull: (controller) => controller.error('torn'),
      });
      const results = parallelMapIterable(stream, (worker, n) => worker.run(n), new Gates(3).fake.pool);
      expect(await reason(results.next())).toBe('torn');
      expect(stream.locked).toBeFalse();
    });
  });

  describe('is ended by', () => {
    for (const way of ['numbers', 'later'] as const) {
      it(`break: the source is closed, what is out is cancelled (${way})`, async () => {
        const gates = new Gates(3);
        const counter = new Counter();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), gates.fake.pool);
        const ending = (async () => {
          while (gates.fake.busy < 3) await turn();
          await gates.end(0);
        })();
        for await (const value of results) {
          expect(value).toBe(0);
          break;
        }
        await ending;
        expect(counter.closed).toBe(1);
        expect(gates.fake.cancelled.toSorted((a, b) => a - b)).toEqual(gates.fake.begun.slice(1));
        expect(gates.fake.attached).toBe(0);
        expect(await results.next()).toEqual(DONE);
      });

      it(`an error in the loop (${way})`, async () => {
        const counter = new Counter();
        const fake = echoing();
        const looped = async (): Promise<void> => {
          for await (const value of parallelMapIterable(counter[way](), (worker, n) => worker.run(n), fake.pool))
            if (value === 3) throw new Error('enough');
        };
        expect((await reason(looped())).message).toBe('enough');
        expect([counter.closed, fake.attached]).toEqual([1, 0]);
      });

      it(`throw, which rejects with its argument (${way})`, async () => {
        const counter = new Counter();
        const fake = echoing();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), fake.pool);
        await results.next();
        for (const thrown of [new Error('thrown'), ...FALSY]) expect(await reason(results.throw!(thrown))).toBe(thrown);
        expect([counter.closed, fake.attached]).toEqual([1, 0]);
        expect(await results.next()).toEqual(DONE);
      });

      it(`return while next is waiting, which is then over (${way})`, async () => {
        const gates = new Gates(2);
        const counter = new Counter();
        const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), gates.fake.pool);
        const calls = [results.next(), results.next(), results.next()];
        await turn();
        expect(await Promise.all([results.return!(), results.return!()])).toEqual([DONE, DONE]);
        expect(await Promise.all(calls)).toEqual([DONE, DONE, DONE]);
        expect([counter.closed, gates.fake.attached]).toEqual([1, 0]);
        expect(await results.return!()).toEqual(DONE);
      });
    }

    it('the end of its block (await using)', async () => {
      const counter = new Counter();
      const fake = echoing();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), fake.pool);
      await results.next();
      await (results as unknown as AsyncDisposable)[Symbol.asyncDispose]();
      expect([counter.closed, fake.attached]).toEqual([1, 0]);
      expect(await results.next()).toEqual(DONE);
    });

    it('return from inside of what opens the source', async () => {
      const counter = new Counter();
      const fake = echoing();
      const numbers = counter.numbers();
      const source = {
        [Symbol.iterator]() {
          void results.return!();
          return numbers[Symbol.iterator]();
        },
      };
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), fake.pool);
      expect(await results.next()).toEqual(DONE);
      expect(await results.next()).toEqual(DONE);
      expect([counter.read, fake.attached]).toEqual([0, 0]);
    });

    for (const [how, ends, returned] of [
      ['has ended', () => ({ done: true, value: undefined }), 0],
      ['has failed', () => Promise.reject(new Error('source')), 0],
      ['has more', () => ({ done: false, value: 1 }), 1],
    ] as const)
      it(`a failing task; return of a source that ${how} is called ${returned === 0 ? 'never' : 'once'}`, async () => {
        let returns = 0;
        let nexts = 0;
        const source = {
          [Symbol.asyncIterator]: () => ({
            next: async () => (nexts++ === 0 ? { done: false, value: 0 } : ends()),
            return: async () => ({ done: true, value: returns++ }),
          }),
        } as AsyncIterable<number>;
        const gates = new Gates(2);
        const results = parallelMapIterable(source, (worker, n) => worker.run(n), gates.fake.pool);
        const failing = reason(results.next());
        for (let roundRobin = 0; roundRobin < 4; roundRobin++) await turn();
        if (gates.fake.attached > 0) await gates.fail(0, new Error('task'));
        await failing;
        await results.return!();
        expect(returns).toBe(returned);
      });

    it('return before it has begun, which opens nothing', async () => {
      const counter = new Counter();
      const fake = echoing();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), fake.pool);
      expect(await results.return!()).toEqual(DONE);
      expect(await results.next()).toEqual(DONE);
      expect([counter.read, fake.attached]).toEqual([0, 0]);
    });

    it('return before it has begun, which closes what it was given', async () => {
      const fake = echoing();
      const mapped = (source: never): AsyncIterableIterator<unknown> =>
        parallelMapIterable(source, (worker, n) => worker.run(n), fake.pool);
      for (const way of ['numbers', 'later'] as const) {
        const numbers = new Counter()[way]();
        await mapped(numbers as never).return!();
        expect(await numbers.next()).toEqual(DONE);
      }
      let cancelled: unknown;
      const stream = new ReadableStream({ cancel: (why) => void (cancelled = [why]) });
      await mapped(stream as never).return!();
      expect(cancelled).toEqual([undefined]);
      // It is somebody else's.
      const locked = new ReadableStream({ cancel: () => fail('It was cancelled') });
      locked.getReader();
      expect(await mapped(locked as never).return!()).toEqual(DONE);
      // Nothing of it was opened.
      await mapped({ [Symbol.iterator]: () => fail('It was opened') } as never).return!();
      const failing = {
        [Symbol.asyncIterator]: () => ({ next() {}, return: () => Promise.reject(new Error('stuck')) }),
      };
      await expectAsync(mapped(failing as never).return!()).toBeRejectedWithError('stuck');
    });

    it('a pool that is closed before it has begun, which closes what it was given', async () => {
      const fake = echoing();
      const counter = new Counter();
      const numbers = counter.later();
      const results = parallelMapIterable(numbers, (worker, n) => worker.run(n), fake.pool);
      await fake.pool.close();
      await expectAsync(results.next()).toBeRejectedWithError(PoolClosedError);
      expect(await numbers.next()).toEqual(DONE);
      expect(counter.read).toBe(0);
    });

    it('return, after which an error that nobody asked for is forgotten', async () => {
      const source = (function* () {
        yield 0;
        throw new Error('source');
      })();
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), echoing(1).pool);
      expect(await reason(results.next())).toBeInstanceOf(Error);
      const gates = new Gates(2);
      const controller = new AbortController();
      const aborted = parallelMapIterable([0, 1], (worker, n) => worker.run(n), gates.fake.pool, {
        signal: controller.signal,
      });
      const first = aborted.next();
      await turn();
      await gates.end(0);
      await first;
      controller.abort();
      expect(await aborted.return!()).toEqual(DONE);
      expect(await aborted.next()).toEqual(DONE);
    });

    it('return: a source in the middle of a read is closed after that', async () => {
      let go!: () => void;
      const read = new Promise<void>((resolve) => (go = resolve));
      const log: string[] = [];
      const source = (async function* () {
        try {
          yield 0;
          await read;
          yield 1;
        } finally {
          log.push('closed');
        }
      })();
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), echoing().pool, {
        terminateAfter: Infinity,
      });
      await results.next();
      const returned = Promise.resolve(results.return!()).then(() => log.push('returned'));
      await turn();
      expect(log).toEqual([]);
      go();
      await returned;
      expect(log).toEqual(['closed', 'returned']);
    });

    it('return: a read that never ends is waited for as long as a cancelled task', async () => {
      const source = (async function* () {
        yield 0;
        await new Promise(() => {});
      })();
      const results = parallelMapIterable(source, (worker, n) => worker.run(n), echoing().pool, { terminateAfter: 1 });
      await results.next();
      expect(await results.return!()).toEqual(DONE);
    });

    it('return from inside the source, which is closed once it has come to its next value', async () => {
      const fake = echoing();
      const log: unknown[] = [];
      let returned: Promise<unknown> | undefined;
      function* source(): Generator<number> {
        try {
          yield 0;
          returned = results.return!();
          yield 1;
          log.push('went on');
        } finally {
          log.push('closed');
        }
      }
      const results: AsyncIterableIterator<number> = parallelMapIterable(
        source(),
        (worker, n) => worker.run(n),
        fake.pool,
      );
      await all(results);
      expect(await returned).toEqual(DONE);
      expect(log).toEqual(['closed']);
      expect(fake.attached).toBe(0);
    });

    it('return, which rejects with what the source throws as it is closed; an error before wins over that', async () => {
      const source = function* (): Generator<number> {
        try {
          for (let n = 0; ; n++) yield n;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- that is the case
          throw new Error('closing');
        }
      };
      const results = parallelMapIterable(source(), (worker, n) => worker.run(n), echoing().pool);
      await results.next();
      expect((await reason(Promise.resolve(results.return!()))).message).toBe('closing');
      expect(await results.return!()).toEqual(DONE);
      const api = {
        run(): never {
          throw new Error('task');
        },
      };
      const failing = parallelMapIterable(source(), (worker) => worker.run(), atOnce(api).pool);
      expect((await reason(failing.next())).message).toBe('task');
      expect(await failing.return!()).toEqual(DONE);
    });

    it('return: a web stream is cancelled, though a read of it is waiting, and its lock released', async () => {
      let cancelled = 0;
      const stream = new ReadableStream<number>({
        start: (controller) => controller.enqueue(0),
        cancel: () => void cancelled++,
      });
      const results = parallelMapIterable(stream, (worker, n) => worker.run(n), echoing().pool, {
        terminateAfter: Infinity,
      });
      expect(await results.next()).toEqual(gives(0));
      const waiting = results.next();
      expect(await results.return!()).toEqual(DONE);
      expect(await waiting).toEqual(DONE);
      expect(cancelled).toBe(1);
      expect(stream.locked).toBeFalse();
    });

    it('the end of the source: a web stream’s lock is released', async () => {
      const stream = streamOf('abc');
      await all(parallelMapIterable(stream, (worker, value) => worker.run(value), echoing().pool));
      expect(stream.locked).toBeFalse();
    });
  });

  describe('signal', () => {
    const why = new Error('no longer wanted');

    it('aborted before: rejects with its reason; nothing is read', async () => {
      const counter = new Counter();
      const fake = echoing();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), fake.pool, {
        signal: AbortSignal.abort(why),
      });
      expect(await reason(results.next())).toBe(why);
      expect(await results.next()).toEqual(DONE);
      expect([counter.read, fake.attached]).toEqual([0, 0]);
    });

    for (const way of ['numbers', 'later'] as const)
      it(`aborted during: rejects the call that waits, or the next; everything is let go (${way})`, async () => {
        for (const falsy of [why, 0, '', null, false])
          for (const asking of [true, false]) {
            const gates = new Gates(2);
            const counter = new Counter();
            const controller = new AbortController();
            const { signal } = controller;
            const remove = spyOn(signal, 'removeEventListener').and.callThrough();
            const results = parallelMapIterable(counter[way](), (worker, n) => worker.run(n), gates.fake.pool, {
              signal,
            });
            const first = results.next();
            while (gates.fake.busy < 2) await turn();
            await gates.end(0);
            expect(await first).toEqual(gives(0));
            const waiting = asking ? results.next() : undefined;
            controller.abort(falsy);
            expect(await reason(waiting ?? results.next())).toBe(falsy);
            expect(await results.next()).toEqual(DONE);
            expect([counter.closed, gates.fake.attached]).toEqual([1, 0]);
            expect(remove).toHaveBeenCalledTimes(1);
          }
      });
  });

  describe('of a pool that is closed', () => {
    it('gives what had been read, reads no more, and rejects', async () => {
      const gates = new Gates(2);
      const counter = new Counter();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool);
      const first = results.next();
      await turn();
      const closed = gates.fake.pool.close();
      await turn();
      expect(counter.closed).toBe(1);
      await gates.end(1);
      await gates.end(0);
      expect(await first).toEqual(gives(0));
      expect(await results.next()).toEqual(gives(1));
      expect(await reason(results.next())).toBeInstanceOf(PoolClosedError);
      await closed;
      expect(counter.read).toBe(2);
    });

    it('rejects at once with drain: false, and where it was closed before', async () => {
      const gates = new Gates(2);
      const counter = new Counter();
      const results = parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool);
      const first = results.next();
      await gates.fake.pool.close({ drain: false });
      expect(await reason(first)).toBeInstanceOf(PoolClosedError);
      expect(counter.closed).toBe(1);
      const stream = streamOf('abc');
      const late = parallelMapIterable(stream, (worker, n) => worker.run(n), gates.fake.pool);
      expect(await reason(late.next())).toBeInstanceOf(PoolClosedError);
      await turn();
      expect(stream.locked).withContext('locked').toBeFalse();
    });
  });

  describe('as an Observable', () => {
    it('reads at the pace of the workers, not all at once', async () => {
      const gates = new Gates(2);
      const counter = new Counter(4);
      const results = lastValueFrom(
        from(parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), gates.fake.pool)).pipe(
          concatMap(async (n) => `${n}!`),
          toArray(),
        ),
      );
      await turn();
      for (let n = 0; n < 4; n++) {
        expect(counter.read).toBe(Math.min(4, n + 2));
        await gates.end(n);
      }
      expect(await results).toEqual(['0!', '1!', '2!', '3!']);
    });

    it('is closed by take', async () => {
      const counter = new Counter();
      const fake = echoing();
      const results = from(parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), fake.pool));
      expect(await lastValueFrom(results.pipe(take(3), toArray()))).toEqual([0, 1, 2]);
      await turn();
      expect([counter.closed, fake.attached]).toEqual([1, 0]);
    });
  });

  it('does not grow the stack, nor read on, over many results that are there at once', async () => {
    const counter = new Counter(20_000);
    const pool = localPool({ run: (n: number) => n });
    let next = 0;
    for await (const value of parallelMapIterable(counter.numbers(), (worker, n) => worker.run(n), pool)) {
      if (value !== next++) fail(`${value} instead of ${next - 1}`);
      if (counter.read > next + 65) fail(`${counter.read} read when ${next} were taken`);
    }
    expect(next).toBe(20_000);
  });

  it('refuses bad arguments by their names', () => {
    const { pool } = echoing();
    const fn = (worker: any, n: unknown): unknown => worker.run(n);
    const call = parallelMapIterable as (...args: readonly unknown[]) => unknown;
    for (const [args, message] of [
      [[5, fn, pool], /^parallelMapIterable: source must be iterable, a ReadableStream or an Observable, got 5$/],
      [[undefined, fn, pool], /source must be .*, got undefined$/],
      [[null, fn, pool], /source must be .*, got null$/],
      [[{}, fn, pool], /source must be .*, got an object$/],
      [[[], 'fn', pool], /^parallelMapIterable: fn must be a function, got 'fn'$/],
      [[[], fn, 'pool'], /^parallelMapIterable: workers must be a number of workers, a pool .*, got 'pool'$/],
      [[[], fn, 0], /^parallelMapIterable: workers must be an integer, at least 1 .*, got 0$/],
      [[[], fn, pool, { ordered: 1 }], /^parallelMapIterable: ordered must be true or false, got 1$/],
      [[[], fn, pool, { maxPending: 2 }], /^parallelMapIterable: maxPending and overflow are for sources that push/],
      [[[], fn, pool, { overflow: 'error' }], /maxPending and overflow are for sources that push/],
      [
        [[], fn, pool, { window: 0 }],
        /^parallelMapIterable: window must be an integer, at least 1 or Infinity, got 0$/,
      ],
      [[[], fn, pool, { windows: 1 }], /^parallelMapIterable: options has no "windows"; it may have .*ordered$/],
      [[[], fn, pool, null], /^parallelMapIterable: options must be an object, got null$/],
    ] as const)
      expect(() => call(...args)).toThrowError(message);
  });
});

function streamOf(values: Iterable<unknown>): ReadableStream {
  const iterator = values[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}
