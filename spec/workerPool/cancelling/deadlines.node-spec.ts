import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { Batch } from '../../../lib/workerPool/channel/batch.ts';
import { giveNotice, whenOutOfTime } from '../../../lib/workerPool/channel/deadlines.ts';
import type { WorkerAttachment } from '../../../lib/workerPool/channel/workerAttachment.ts';
import { BEGUN, CELL, CLAIM, DONE, claimOf } from '../../../lib/protocol/batchCell.ts';

const MS = 5;

/** The cell of each batch. */
const cells = new WeakMap<Batch, Int32Array>();

/** One task, begun long ago, that its worker has ended or not. */
function batchOf(ended: boolean): Batch {
  const cell = new Int32Array(new SharedArrayBuffer(4 * CELL));
  const attachment = { source: { terminateAfter: MS } } as WorkerAttachment;
  const task = { seq: 0, index: 0, input: 0, method: 'run', args: [0], transfer: undefined, crashes: 0 };
  const batch = new Batch(attachment, [task], 0, cell);
  cells.set(batch, cell);
  cell[BEGUN] = 0;
  cell[CLAIM] = claimOf(1, 1);
  cell[DONE] = Number(ended);
  return batch;
}

const deadlines: Record<string, (batch: Batch, expire: () => void, recall?: () => void) => void> = {
  timeout: (batch, expire, recall = () => {}) => whenOutOfTime(batch, MS, recall, expire, fail),
  terminateAfter(batch, expire, recall = () => {}) {
    batch.cancel(0);
    giveNotice(batch, recall, expire);
  },
};

for (const [name, set] of Object.entries(deadlines))
  describe(`The deadline of a task (${name})`, () => {
    it('ends the worker that runs it', async () => {
      const batch = batchOf(false);
      await new Promise<void>((resolve) => set(batch, resolve));
      batch.finish();
    });

    it('ends no worker whose reply has come by the time that it looks', async () => {
      const batch = batchOf(false);
      const expire = jasmine.createSpy();
      set(batch, expire);
      // After the deadline, and before it looks at what that may have crossed with.
      setTimeout(() => batch.finish(), MS);
      await wait(3 * MS);
      await turn();
      expect(expire).not.toHaveBeenCalled();
    });

    it('spares the worker if the task has just ended: another may run there', async () => {
      const batch = batchOf(true);
      const expire = jasmine.createSpy();
      set(batch, expire);
      // A later timer of the same length: by then the deadline has looked.
      await wait(MS);
      await turn();
      expect(expire).not.toHaveBeenCalled();
      batch.finish();
    });

    it('recalls what the worker has not begun before it looks, so that it begins none meanwhile', async () => {
      const batch = batchOf(false);
      const expire = jasmine.createSpy();
      await new Promise<void>((recalled) =>
        set(batch, expire, () => {
          cells.get(batch)![DONE] = 1;
          recalled();
        }),
      );
      expect(expire).not.toHaveBeenCalled();
      batch.finish();
    });

    it('ends the worker all the same if the outcome does not come', async () => {
      const batch = batchOf(true);
      await new Promise<void>((resolve) => set(batch, resolve));
      batch.finish();
    });
  });

describe('The timeout of a task', () => {
  it('is none of what was cancelled: that has a deadline of its own', async () => {
    const batch = batchOf(false);
    const expire = jasmine.createSpy();
    deadlines['timeout']!(batch, expire);
    batch.cancel(0);
    await wait(3 * MS);
    await turn();
    expect(expire).not.toHaveBeenCalled();
  });
});
