/** What becomes of a batch whose worker has ended, by how far the worker had come with it. */
import type { Task } from '../../../lib/pool/contract.ts';
import { CELL, WorkerCell } from '../../../lib/protocol/batchCell.ts';
import { Batch } from '../../../lib/workerPool/channel/batch.ts';
import { type ExitOf, lostTasks } from '../../../lib/workerPool/channel/lostTasks.ts';
import type { WorkerAttachment } from '../../../lib/workerPool/channel/workerAttachment.ts';
import { taskOf } from '../../support/playedChannel.ts';

const crash: ExitOf = { why: 'exited with code 1' };
const timeout: ExitOf = { why: 'ran out of time', error: () => new Error('late') };

/** A batch of `tasks` at a worker that has begun `begun` of them, of which `done` have ended. */
function shared(tasks: readonly Task[], begun: number, done: number): Batch {
  const cells = new Int32Array(CELL);
  const batch = new Batch({} as WorkerAttachment, tasks, 0, cells);
  const worker = new WorkerCell(cells, 0, tasks.length);
  for (let at = 0; at < begun; at++) worker.claim();
  worker.done(done);
  return batch;
}

/** By the numbers of the tasks. */
const sorted = (batch: Batch, { first = true, exit = crash } = {}): Record<string, unknown> => {
  const { back, begun, failed, suspects } = lostTasks(batch, first, exit);
  const ended = failed.filter((each) => each.ended).map(({ task }) => task.seq);
  return {
    failed: failed.map(({ task }) => task.seq),
    ...(ended.length > 0 ? { ended } : {}),
    suspects: suspects.map(({ seq }) => seq),
    back: back.map(({ seq }) => seq),
    begun,
  };
};

const four = (): Task[] => [0, 1, 2, 3].map((seq) => taskOf(seq));

describe('The tasks of a worker that has ended', () => {
  it('fail if they ran, are suspects if they had ended, and go back if they had not begun', () => {
    expect(sorted(shared(four(), 2, 1))).toEqual({ failed: [1], suspects: [0], back: [2, 3], begun: 2 });
    expect(sorted(shared(four(), 0, 0))).toEqual({ failed: [], suspects: [], back: [0, 1, 2, 3], begun: 0 });
    expect(sorted(shared(four(), 4, 4))).toEqual({ failed: [], suspects: [0, 1, 2, 3], back: [], begun: 4 });
  });

  it('are suspects once', () => {
    const tasks = [taskOf(0, { suspect: true }), taskOf(1)];
    expect(sorted(shared(tasks, 2, 2))).toEqual({ failed: [0], ended: [0], suspects: [1], back: [], begun: 2 });
  });

  it('that are reported are not lost', () => {
    const batch = shared(four(), 3, 2);
    batch.report(2, 1);
    expect(sorted(batch)).toEqual({ failed: [2], suspects: [], back: [3], begun: 1 });
  });

  it('fail with their input, where that was moved, whatever the worker had begun', () => {
    const batch = shared([taskOf(0, { transfer: [new ArrayBuffer(1)] })], 0, 0);
    expect(sorted(batch)).toEqual({ failed: [0], suspects: [], back: [], begun: 1 });
  });

  it('have all begun for what is known, where memory is not shared, at the batch that the worker was at', () => {
    const batch = (): Batch => new Batch({} as WorkerAttachment, four(), -1, undefined);
    expect(sorted(batch())).toEqual({ failed: [0, 1, 2, 3], suspects: [], back: [], begun: 4 });
    expect(sorted(batch(), { first: false })).toEqual({ failed: [], suspects: [], back: [0, 1, 2, 3], begun: 0 });
  });

  it('have not ended where one ran out of time: its outcome is known', () => {
    const batch = shared([taskOf(0)], 1, 1);
    expect(sorted(batch, { exit: timeout })).toEqual({ failed: [0], suspects: [], back: [], begun: 1 });
  });

  it('that were late have had their outcome', () => {
    const batch = shared([taskOf(0)], 1, 0);
    batch.timeOut();
    expect(sorted(batch)).toEqual({ failed: [], suspects: [], back: [], begun: 1 });
  });

  it('that were recalled are no longer its', () => {
    const batch = shared(four(), 1, 0);
    expect(batch.recall().map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(sorted(batch)).toEqual({ failed: [0], suspects: [], back: [], begun: 1 });
  });

  it('that were cancelled and had not begun never do', () => {
    const batch = shared(four(), 1, 0);
    batch.cancel(2);
    expect(sorted(batch)).toEqual({ failed: [0], suspects: [], back: [1], begun: 1 });
  });
});
