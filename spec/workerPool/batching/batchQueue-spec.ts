import type { Task } from '../../../lib/pool/contract.ts';
import { CELL, SLOTS, WorkerCell } from '../../../lib/protocol/batchCell.ts';
import { Batch } from '../../../lib/workerPool/channel/batch.ts';
import { BatchQueue } from '../../../lib/workerPool/channel/batchQueue.ts';
import type { WorkerAttachment } from '../../../lib/workerPool/channel/workerAttachment.ts';
import { shares } from '../../support/cells.ts';

/** A stream at a pool: what it is given back, and how many slots it counts. */
class Attached {
  slots = 0;
  readonly back: number[] = [];
  readonly source: { readonly buffer?: number };
  readonly priority: number;

  constructor(priority: number = 0, source: { readonly buffer?: number } = {}) {
    this.priority = priority;
    this.source = source;
  }

  putBack(tasks: readonly Task[]): void {
    this.back.push(...tasks.map(({ seq }) => seq));
  }

  /** `count` of its tasks, in one batch. */
  batch(count: number, cells?: Int32Array, cellIndex: number = -1): Batch {
    const tasks = Array.from({ length: count }, (_, seq): Task => ({
      method: 'act',
      args: [seq],
      index: seq,
      seq,
      input: seq,
      transfer: undefined,
      crashes: 0,
    }));
    return new Batch(this.attachment, tasks, cellIndex, cells);
  }

  get attachment(): WorkerAttachment {
    return this as never;
  }
}

describe('The queue of batches of a worker', () => {
  it('counts a slot once for each stream', () => {
    const queue = new BatchQueue(3);
    const [one, other] = [new Attached(), new Attached()];
    const batches = [one.batch(1), other.batch(1), one.batch(1)];
    for (const batch of batches) queue.add(batch);
    expect([one.slots, other.slots]).toEqual([1, 1]);
    queue.remove(batches[0]!);
    expect([one.slots, other.slots]).toEqual([1, 1]);
    queue.remove(batches[2]!);
    expect([one.slots, other.slots]).toEqual([0, 1]);
    queue.add(one.batch(1));
    queue.add(other.batch(1));
    for (const batch of [...queue]) queue.remove(batch);
    expect([one.slots, other.slots, queue.empty]).toEqual([0, 0, true]);
  });

  it('has room up to its limit, but not behind a task that gives many values', () => {
    const queue = new BatchQueue(2);
    const stream = new Attached();
    const room = [queue.room];
    for (let count = 0; count < 2; count++) {
      queue.add(stream.batch(1));
      room.push(queue.room);
    }
    expect(room).toEqual([true, true, false]);
    const flat = new BatchQueue(2);
    flat.add(new Attached(0, { buffer: 8 }).batch(1));
    expect(flat.room).toBeFalse();
  });

  it('has no room from when tasks are recalled until the worker replies', () => {
    const queue = new BatchQueue(2);
    queue.recall();
    expect(queue.room).toBeTrue();
    queue.add(new Attached().batch(1));
    queue.recall();
    expect(queue.room).toBeFalse();
    queue.heard();
    expect(queue.room).toBeTrue();
  });

  it('says what of it is wanted, and what has yet to come', () => {
    const queue = new BatchQueue(2);
    const [first, second] = [new Attached(2).batch(3), new Attached(1).batch(2)];
    expect([queue.wanted, queue.done, queue.lowest]).toEqual([false, true, Infinity]);
    queue.add(first);
    queue.add(second);
    first.report(2);
    expect([queue.wanted, queue.done, queue.lowest]).toEqual([true, false, 1]);
    first.report(3);
    second.cancel(0);
    expect([queue.wanted, queue.assigned]).toEqual([false, 5]);
  });

  it('finds batches by what messages say of them', () => {
    const queue = new BatchQueue(2);
    const stream = new Attached();
    const [first, second] = [stream.batch(1), stream.batch(1)];
    queue.add(first);
    queue.add(second);
    expect(queue.head).toBe(first);
    expect(queue.current(first.id)).toBe(first);
    expect(queue.find(second.id)).toBe(second);
    expect([queue.after(first.id - 1), queue.after(first.id), queue.after(second.id)]).toEqual([
      first,
      second,
      undefined,
    ]);
  });

  it('refuses what a worker says of a batch that it cannot be at', () => {
    const queue = new BatchQueue(2);
    const stream = new Attached();
    const [first, second] = [stream.batch(1), stream.batch(1)];
    queue.add(first);
    queue.add(second);
    expect(() => queue.current(second.id)).toThrowError(TypeError);
    queue.remove(first);
    // Twice of one that is over is allowed.
    expect(queue.current(first.id)).toBeUndefined();
    expect(queue.current(second.id)).toBe(second);
    // Where no memory is shared all may have ended.
    expect(() => queue.current(second.id + 1)).toThrowError(TypeError);
    queue.remove(second);
    expect(queue.current(first.id)).toBeUndefined();
  });
});

if (shares)
  describe('The queue of batches of a worker that shares memory', () => {
    let cells: Int32Array;
    beforeEach(() => (cells = new Int32Array(new SharedArrayBuffer(4 * CELL * SLOTS))));

    /** The worker begins `count` tasks of the batch. */
    function begin({ cellIndex, tasks }: Batch, count: number): void {
      const cell = new WorkerCell(cells, cellIndex, tasks.length);
      cell.open();
      for (let claimed = 0; claimed < count; claimed++) cell.claim();
    }

    it('gives each batch a cell of its own', () => {
      const queue = new BatchQueue(3);
      const stream = new Attached();
      const batches = Array.from({ length: 3 }, () => {
        const batch = stream.batch(1, cells, queue.freeCell);
        queue.add(batch);
        return batch;
      });
      expect(batches.map(({ cellIndex }) => cellIndex)).toEqual([0, 1, 2]);
      queue.remove(batches[1]!);
      expect(queue.freeCell).toBe(1);
    });

    it('recalls what the worker has not begun, of streams below a priority', () => {
      const queue = new BatchQueue(2);
      const [low, high] = [new Attached(1), new Attached(5)];
      const first = low.batch(4, cells, 0);
      queue.add(first);
      queue.add(high.batch(2, cells, 1));
      begin(first, 1);
      expect([queue.spare, queue.assigned]).toEqual([true, 6]);
      queue.recall(5);
      expect([low.back, high.back, queue.assigned]).toEqual([[1, 2, 3], [], 3]);
      queue.recall();
      expect([high.back, queue.spare]).toEqual([[0, 1], false]);
    });

    it('makes way until the worker is heard of', () => {
      const queue = new BatchQueue(2);
      const stream = new Attached(1);
      const batch = stream.batch(3, cells, 0);
      queue.add(batch);
      begin(batch, 1);
      expect([queue.makeWay(1), stream.back]).toEqual([false, []]);
      expect([queue.makeWay(2), stream.back]).toEqual([true, [1, 2]]);
      expect(queue.makeWay(2)).toBeTrue();
      queue.heard();
      expect(queue.makeWay(2)).toBeFalse();
    });

    it('is recalled only where the worker has begun nothing since the last look', () => {
      const queue = new BatchQueue(2);
      const stream = new Attached();
      const batch = stream.batch(3, cells, 0);
      queue.recallIfStuck();
      queue.add(batch);
      begin(batch, 1);
      queue.recallIfStuck();
      expect(stream.back).toEqual([]);
      queue.recallIfStuck();
      expect(stream.back).toEqual([1, 2]);
    });

    it('refuses another batch where its head has ended, and the worker never said so', () => {
      const queue = new BatchQueue(2);
      const batch = new Attached().batch(1, cells, 0);
      queue.add(batch);
      begin(batch, 1);
      expect(queue.current(batch.id + 1)).toBeUndefined();
      new WorkerCell(cells, 0, 1).done(1);
      expect(() => queue.current(batch.id + 1)).toThrowError(TypeError);
      expect(queue.current(batch.id)).toBe(batch);
    });
  });
