/** `expose` in threads of Node: of ours, of plain threads.js, and of others. */
import { Worker as NodeWorker, getEnvironmentData } from 'node:worker_threads';
import { Thread, Worker as ThreadsWorker, spawn } from 'threads';
import { Worker, WorkerInitError, workerPool } from '../../lib/index.ts';
import { MADE } from '../../lib/protocol/messages.ts';
import type { ImportableApi } from '../fixtures/importable.worker.ts';

const url = new URL('../fixtures/importable.worker.js', import.meta.url);

/** What a thread posts that runs `text` and then imports the module of a worker. */
async function posted(text: string): Promise<{ listens: number[]; said: unknown[]; marked: boolean }> {
  const code = `
    import { getEnvironmentData, parentPort } from 'node:worker_threads';
    const count = () => [
      parentPort.listenerCount('message'),
      ...['uncaughtException', 'unhandledRejection', 'exit'].map((event) => process.listenerCount(event)),
    ];
    ${text}
    const before = count();
    await import(${JSON.stringify(url.href)});
    parentPort.postMessage({
      listens: count().map((number, at) => number - before[at]),
      marked: getEnvironmentData(${JSON.stringify(MADE)}) !== undefined,
    });
  `;
  const worker = new NodeWorker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const said: unknown[] = [];
  const heard = await new Promise<{ listens: number[]; marked: boolean }>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: object) => {
      if ('listens' in message) resolve(message as never);
      else said.push(message);
    });
  });
  await worker.terminate();
  return { ...heard, said };
}

describe('expose', () => {
  it('adds nothing to a thread that others have made, and says nothing to them', async () => {
    expect(await posted("parentPort.on('message', () => {});")).toEqual({
      ...{ listens: [0, 0, 0, 0], said: [], marked: false },
    });
  });

  it('serves a thread whose host nobody listens to: it may be one of plain threads.js', async () => {
    const { listens, said } = await posted('');
    expect(listens[0]).toBeGreaterThan(0);
    expect(said).toEqual([jasmine.objectContaining({ type: 'init' })]);
  });

  for (const [which, make] of [
    ['Worker', () => new Worker(url)],
    // It takes a path relative to its caller, which it finds in a stack.
    ['Worker of threads.js', () => new ThreadsWorker('../fixtures/importable.worker.js')],
  ] as const)
    it(`serves plain spawn (${which})`, async () => {
      const thread = await spawn<ImportableApi>(make() as never);
      // The first are there before threads.js is.
      expect(await Promise.all([1, 2, 3].map((n) => thread.double(n)))).toEqual([2, 4, 6]);
      expect(await thread.double(4)).toBe(8);
      await Thread.terminate(thread as never);
    });

  it('serves every class of worker that a factory makes, though its module listens to its host before', async () => {
    const code = `
      const { parentPort } = await import('node:worker_threads');
      parentPort.on('message', () => {});
      await import(${JSON.stringify(url.href)});
    `;
    const listening = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    for (const make of [() => new NodeWorker(listening), () => new Worker(listening)]) {
      await using pool = workerPool<ImportableApi>(make, 1);
      expect(await pool.run((worker) => worker.double(5))).toBe(10);
    }
  });

  it('marks no thread but those of a factory', async () => {
    const marks: unknown[] = [];
    const failing = (): never => {
      marks.push(getEnvironmentData(MADE));
      throw new RangeError('no');
    };
    await using pool = workerPool<ImportableApi>(failing, 1);
    await expectAsync(pool.run((worker) => worker.double(1))).toBeRejectedWithError(WorkerInitError);
    expect(() => new Worker('no path')).toThrow();
    expect(marks).toEqual([true, true, true]);
    expect(getEnvironmentData(MADE)).toBeUndefined();
  });

  it('twice in a worker is refused: by the module itself, or by one that it imports', async () => {
    const importing = new URL('../fixtures/importing.worker.js', import.meta.url);
    await using pool = workerPool<ImportableApi>(() => new Worker(importing), 1);
    await expectAsync(pool.run((worker) => worker.double(1))).toBeRejectedWithError(
      WorkerInitError,
      /expose\(\) was called more than once in this worker: by its module, or by one that it imports/,
    );
  });
});
