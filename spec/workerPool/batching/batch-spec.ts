import type { Task } from '../../../lib/pool/contract.ts';
import { CELL, CLAIM, claimOf } from '../../../lib/protocol/batchCell.ts';
import { Batch } from '../../../lib/workerPool/channel/batch.ts';
import type { WorkerAttachment } from '../../../lib/workerPool/channel/workerAttachment.ts';
import type { RunMessage } from '../../../lib/protocol/messages.ts';
import { shares } from '../../support/cells.ts';

type Part = Partial<Pick<Task, 'method' | 'index' | 'transfer'>> & Pick<Task, 'args'>;

const task = { method: 'act', input: undefined, transfer: undefined, crashes: 0 };

function messageOf(...parts: readonly Part[]): { message: RunMessage; transfer: readonly unknown[] } {
  const tasks = parts.map((part, at): Task => Object.assign({ index: 7 + at, seq: at }, task, part));
  return new Batch({ source: {} } as WorkerAttachment, tasks, -1, undefined).message();
}

describe('A batch on the wire', () => {
  it('says once what is the same for all its tasks', () => {
    const { message, transfer } = messageOf({ args: ['a'] }, { args: [1] }, { args: [undefined] });
    expect(message).toEqual(
      jasmine.objectContaining({
        count: 3,
        method: 'act',
        arity: 1,
        index: 7,
        args: ['a', 1, undefined],
        timed: false,
      }),
    );
    expect(transfer).toEqual([]);
  });

  it('says for each task what is not', () => {
    const { message } = messageOf(
      { args: [1, 'b'], index: 3 },
      { args: [], index: 4 },
      { args: ['c'], index: 9, method: 'other' },
    );
    expect(message.method).toEqual(['act', 'act', 'other']);
    expect(message.arity).toEqual([2, 0, 1]);
    expect(message.index).toEqual([3, 4, 9]);
    expect(message.args).toEqual([1, 'b', 'c']);
  });

  it('cuts a view that has not been cut, and moves a copy of what is large', () => {
    const whole = new Uint8Array(100_000);
    const cut = messageOf({ args: [whole.subarray(8, 16)] });
    expect((cut.message.args[0] as Uint8Array).buffer.byteLength).toBe(8);
    expect(cut.transfer).toEqual([]);
    const { message, transfer } = messageOf({ args: [whole] });
    expect(transfer).toEqual([(message.args[0] as Uint8Array).buffer]);
    expect(whole.length).toBe(100_000);
  });

  it('packs arguments that are all numbers, and moves them', () => {
    const numbers = [0, -0, NaN, Infinity, 0.1, 2 ** 53];
    const { message, transfer } = messageOf(...numbers.map((n) => ({ args: [n, n] })));
    expect(message.args).toEqual(Float64Array.from(numbers.flatMap((n) => [n, n])));
    expect(Object.is(message.args[2], -0)).toBeTrue();
    expect(transfer).toEqual([(message.args as Float64Array).buffer]);
  });

  it('packs nothing where there is one number, or one argument that is none', () => {
    expect(messageOf({ args: [5] }).message.args).toEqual([5]);
    for (const other of ['5', 5n, null, undefined, true, [5], new Date(5)])
      expect(messageOf({ args: [1] }, { args: [other] }, { args: [3] }).message.args).toEqual([1, other, 3]);
  });

  it('moves what its task moves, besides', () => {
    const { buffer } = new Uint8Array(3);
    expect(messageOf({ args: [buffer], transfer: [buffer] })).toEqual(jasmine.objectContaining({ transfer: [buffer] }));
    const both = messageOf({ args: [1, 2], transfer: [buffer] });
    expect(both.transfer).toEqual([buffer, (both.message.args as Float64Array).buffer]);
  });
});

describe('A batch whose outcomes come in parts', () => {
  it('forgets a task whose outcome has come, and finds the others', () => {
    const tasks = [0, 1, 2].map((at): Task => Object.assign({ args: [at], index: 7 + at, seq: 4 + at }, task));
    const batch = new Batch({ source: {} } as WorkerAttachment, [...tasks], -1, undefined);
    expect(batch.offsetOf(5)).toBe(1);
    batch.report(2);
    expect([batch.release(0), batch.release(1)]).toEqual(tasks.slice(0, 2));
    expect([...batch.tasks]).toEqual([undefined, undefined, tasks[2]] as never);
    expect([0, 5, 6, 7].map((seq) => batch.offsetOf(seq))).toEqual([2, 2, 2, -1]);
  });
});

if (shares)
  describe('A batch that is recalled', () => {
    it('gives what the worker has not begun by then, however close that is', () => {
      const cells = new Int32Array(new SharedArrayBuffer(4 * CELL));
      const tasks = [0, 1, 2].map((at): Task => Object.assign({ args: [at], index: at, seq: at }, task));
      const batch = new Batch({ source: {} } as WorkerAttachment, [...tasks], 0, cells);
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
      batch.report(1);
      expect([batch.empty, batch.wanted]).toEqual([true, false]);
    });
  });
