import { from } from 'rxjs';
import { type Remote, Transfer, type WorkerPool, parallelMap } from '../../../lib/index.ts';
import { publicPool } from '../../../lib/publicPool/publicPool.ts';
import { WorkerMonitor } from '../../../lib/workerPool/startup/workerMonitor.ts';
import { type WorkerPoolSettings, WorkerDispatcher } from '../../../lib/workerPool/dispatch/workerDispatcher.ts';
import type { WorkerConnection, PendingWorker } from '../../../lib/workerPool/startup/workerConnection.ts';
import { REPLY, type ReplyMessage, type RunMessage } from '../../../lib/protocol/messages.ts';

interface Api {
  act(value: unknown): unknown;
}

/** A worker whose messages a spec reads, and answers when and as it likes: no clock decides what is sent. */
class Answerer {
  readonly waiting: RunMessage[] = [];
  /** Of all messages: what they carried, and how many were waiting when they came. */
  readonly posted: { readonly args: RunMessage['args']; readonly behind: number }[] = [];
  readonly monitor: WorkerMonitor;
  #packing = 0;

  constructor() {
    const { posted, waiting } = this;
    this.monitor = new WorkerMonitor({
      postMessage(message) {
        if (!('count' in (message as object))) return;
        const run = message as RunMessage;
        posted.push({ args: run.args, behind: waiting.length });
        waiting.push(run);
      },
      terminate() {},
      addEventListener() {},
    });
  }

  /** Answers the message that has waited longest: `ms` a task, and `packing` ms to send that. Returns how many tasks it carried. */
  answer(ms: number, packing = 0): number {
    const { id, count } = this.waiting.shift()!;
    this.monitor.onMessage({
      type: REPLY,
      id,
      from: 0,
      values: Array.from({ length: count }, () => 0),
      failed: undefined,
      ms: ms * count,
      packing: this.#packing,
      last: true,
      times: undefined,
    } satisfies ReplyMessage);
    this.#packing = packing;
    return count;
  }

  get counts(): number[] {
    return this.waiting.map(({ count }) => count);
  }
}

class Answered {
  readonly workers: Answerer[] = [];
  readonly pool: WorkerPool<Api>;

  constructor(settings: WorkerPoolSettings) {
    this.pool = publicPool<Api>(new WorkerDispatcher({ open: () => this.#open() }, settings));
  }

  /** Sends `values`, and waits for the workers to be there. */
  async run(
    values: readonly unknown[],
    options: { batch?: number; concurrency?: number; timeout?: number } = {},
  ): Promise<readonly Answerer[]> {
    const act = parallelMap(
      (worker: Remote<Api>, value: unknown) => worker.act(value instanceof ArrayBuffer ? Transfer(value) : value),
      this.pool,
      options,
    );
    from(values).pipe(act).subscribe();
    await new Promise((resolve) => setTimeout(resolve));
    return this.workers;
  }

  #open(): PendingWorker {
    const worker = new Answerer();
    this.workers.push(worker);
    const link: WorkerConnection = {
      monitor: worker.monitor,
      label: '',
      plain: undefined,
      cells: undefined,
      hold() {},
      deliver() {},
      end: () => Promise.resolve(),
      kill: () => Promise.resolve(),
    };
    return { ready: Promise.resolve(link), hold() {}, end: () => Promise.resolve() };
  }
}

const isMoved = ({ args }: Pick<RunMessage, 'args'>): boolean =>
  Array.from<unknown>(args).some((each) => each instanceof ArrayBuffer);

const texts = (length: number): string[] => Array.from({ length }, (_, n) => String(n));

describe('A worker with room', () => {
  it('is given one task at first, then twice as many; a second message waits at it once tasks are known to be small', async () => {
    const [worker] = await new Answered({ size: 1 }).run(texts(10_000));
    expect(worker!.counts).toEqual([1]);
    worker!.answer(0.001);
    expect(worker!.counts).toEqual([2, 2]);
    worker!.answer(0.001);
    expect(worker!.counts).toEqual([2, 4]);
    worker!.answer(0.001);
    worker!.answer(0.001);
    expect(worker!.counts).toEqual([4, 8]);
  });

  it('is given 4 ms of work, and no second message where tasks are long', async () => {
    const [worker] = await new Answered({ size: 1 }).run(texts(10_000));
    for (let message = 0; message < 20; message++) worker!.answer(0.5);
    expect(worker!.counts).toEqual([8, 8]);
    // Once or twice that may be a pause.
    for (let message = 0; message < 3; message++) worker!.answer(2);
    expect(worker!.counts.at(-1)).toBe(2);
    while (worker!.waiting.length > 0 && worker!.counts.at(-1)! > 1) worker!.answer(50);
    while (worker!.waiting.length > 1) worker!.answer(50);
    worker!.answer(50);
    expect(worker!.counts).toEqual([1]);
  });

  it('is given few tasks where their results are slow to send', async () => {
    const [worker] = await new Answered({ size: 1 }).run(texts(10_000));
    for (let message = 0; message < 20; message++) worker!.answer(0.001, 0.8);
    expect(worker!.counts).toEqual([1, 1]);
  });

  it('is given no more than its share of the remaining tasks', async () => {
    const workers = await new Answered({ size: 2 }).run(texts(100));
    expect(workers.map(({ counts }) => counts)).toEqual([[1], [1]]);
    const [one, other] = workers as [Answerer, Answerer];
    let left = 98;
    const sent = (before: readonly number[], after: readonly number[]): void => {
      for (const count of after.slice(before.length)) {
        expect(count).toBeLessThanOrEqual(Math.ceil(left / 2));
        left -= count;
      }
    };
    for (let turn = 0; one.waiting.length + other.waiting.length > 0; turn++) {
      const worker = turn % 2 === 0 ? one : other;
      if (worker.waiting.length === 0) continue;
      const before = [...one.counts, ...other.counts];
      const [, ...rest] = worker.counts;
      const idle = worker === one ? other.counts : one.counts;
      worker.answer(0.001);
      expect(before.length).toBeGreaterThan(0);
      sent(rest, worker.counts);
      sent(idle, (worker === one ? other : one).counts);
    }
    expect(left).toBe(0);
  });

  it('is given no more than `batch` says', async () => {
    const [worker] = await new Answered({ size: 1 }).run(texts(1000), { batch: 3 });
    for (let message = 0; message < 20; message++) worker!.answer(0.001);
    expect(worker!.counts).toEqual([3, 3]);
  });

  it('is given one task at a time where there is a timeout', async () => {
    const [worker] = await new Answered({ size: 1 }).run(texts(1000), { timeout: 10_000 });
    for (let message = 0; message < 20; message++) {
      worker!.answer(0.001);
      expect(worker!.counts).toEqual([1]);
    }
    // So that no timer remains.
    while (worker!.waiting.length > 0) worker!.answer(0.001);
  });

  it('is given no more tasks than it may still have', async () => {
    const answered = new Answered({ size: 1, maxTasksPerWorker: 10 });
    const [worker] = await answered.run(texts(30));
    let taken = 0;
    while (worker!.waiting.length > 0) taken += worker!.answer(0.001);
    expect(taken).toBe(10);
    await new Promise((resolve) => setTimeout(resolve));
    expect(answered.workers.length).toBe(2);
    expect(answered.workers[1]!.counts.length).toBeGreaterThan(0);
  });

  it('is given nothing by a stream that has as many workers as it may', async () => {
    const workers = await new Answered({ size: 3 }).run(texts(1000), { concurrency: 2 });
    expect(workers.map(({ counts }) => counts)).toEqual([[1], [1]]);
  });

  it('is given nothing by a stream that has as many workers as it may, though it is up', async () => {
    const answered = new Answered({ size: 3 });
    const workers = await answered.run(texts(3));
    for (const worker of workers) worker.answer(0.001);
    await answered.run(texts(1000), { concurrency: 2 });
    expect(workers.map(({ counts }) => counts)).toEqual([[1], [1], []]);
  });

  for (const at of [1, 2])
    it(`is given what is moved by itself, where it could take two (${at})`, async () => {
      const values: unknown[] = texts(20);
      values[at] = new ArrayBuffer(1);
      const [worker] = await new Answered({ size: 1 }).run(values);
      while (worker!.waiting.length > 0) worker!.answer(0.001);
      expect((values[at] as ArrayBuffer).byteLength).toBe(0);
      values[at] = new ArrayBuffer(1);
      expect(worker!.posted.filter(isMoved)).toEqual([{ args: [values[at]], behind: 0 }]);
      expect(worker!.posted.flatMap(({ args }) => Array.from<unknown>(args))).toEqual(values);
    });

  it('is given what is moved by itself, when it has nothing else', async () => {
    const buffers = [new ArrayBuffer(1), new ArrayBuffer(2)];
    const [worker] = await new Answered({ size: 1 }).run([...texts(30), ...buffers, ...texts(30)]);
    while (worker!.waiting.length > 0) worker!.answer(0.001);
    expect(worker!.posted.filter(isMoved)).toEqual(
      [1, 2].map((bytes) => ({ args: [new ArrayBuffer(bytes)], behind: 0 })),
    );
    expect(worker!.posted.some(({ behind }) => behind === 1)).toBeTrue();
  });
});
