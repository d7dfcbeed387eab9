import type { Task } from '../../lib/pool.ts';
import { Batch } from '../../lib/threads/batch.ts';
import type { Seat } from '../../lib/threads/seat.ts';
import { CELL, CLAIM, claimOf } from '../../lib/wire.ts';

const seat = {} as Seat;

const tasksOf = (calls: readonly (readonly [method: string, ...args: unknown[]])[], transfer?: unknown[]): Task[] =>
  calls.map(([method, ...args], at) => ({
    ...{ seq: at, index: 10 + at, input: at, method, args, transfer, crashes: 0 },
  }));

const columns = (tasks: Task[]): unknown => {
  const { message, transfer } = new Batch(seat, tasks, -1, undefined).message(false);
  const { args, arity, count, index, method } = message;
  return { args, arity, count, index, method, moved: transfer.length };
};

describe('The message of a batch', () => {
  it('has one entry for what all tasks agree in; numbers are packed and moved', () => {
    expect(
      columns(
        tasksOf([
          ['run', 1],
          ['run', 2],
        ]),
      ),
    ).toEqual({
      ...{ count: 2, method: 'run', arity: 1, index: 10, args: Float64Array.of(1, 2), moved: 1 },
    });
  });

  it('has an entry a task for what they differ in', () => {
    const tasks = tasksOf([['run', 1], ['walk', 'two', 3], ['run']]);
    const gap = { ...tasks[2]!, index: 20 };
    expect(columns([tasks[0]!, tasks[1]!, gap])).toEqual({
      ...{ count: 3, method: ['run', 'walk', 'run'], arity: [1, 2, 0], index: [10, 11, 20] },
      ...{ args: [1, 'two', 3], moved: 0 },
    });
  });

  it('leaves a single number as it is, and moves what the task says', () => {
    const buffer = new ArrayBuffer(1);
    expect(columns(tasksOf([['run', 1]], [buffer]))).toEqual({
      ...{ count: 1, method: 'run', arity: 1, index: 10, args: [1], moved: 1 },
    });
  });
});

describe('What has not begun of a batch', () => {
  it('is what the worker has not begun by the time that it is taken back, however close that is', () => {
    const cells = new Int32Array(new SharedArrayBuffer(4 * CELL));
    const tasks = tasksOf([
      ['run', 1],
      ['run', 2],
      ['run', 3],
    ]);
    const batch = new Batch(seat, tasks, 0, cells);
    const exchange = Atomics.compareExchange;
    let looks = 0;
    spyOn(Atomics, 'compareExchange').and.callFake(((...args: Parameters<typeof exchange>) => {
      // The worker is just that quicker.
      if (++looks === 1) cells[CLAIM] = claimOf(1, 3);
      return exchange(...args);
    }) as never);
    expect(batch.recall()).toEqual(tasks.slice(1));
    expect(cells[CLAIM]).toBe(claimOf(1, 1));
    expect([batch.claimed, batch.end, batch.empty]).toEqual([1, 1, false]);
    batch.reported = 1;
    expect([batch.empty, batch.wanted]).toEqual([true, false]);
  });
});
