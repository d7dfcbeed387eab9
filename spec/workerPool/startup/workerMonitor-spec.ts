import { isWorker } from '../../../lib/workerPool/startup/anyWorker.ts';
import type { WorkerExit } from '../../../lib/workerPool/startup/workerExit.ts';
import { WorkerMonitor } from '../../../lib/workerPool/startup/workerMonitor.ts';
import { OfNode, OfPage } from '../../support/hostWorkers.ts';

/** A monitor of it, and what that has reported. */
function guarded<Worker extends OfNode | OfPage>(worker: Worker, unloaded?: string) {
  const monitor = new WorkerMonitor(worker, unloaded);
  const messages: unknown[] = [];
  const losses: WorkerExit[] = [];
  monitor.onMessage = (data) => messages.push(data);
  monitor.onExit = (exit) => losses.push(exit);
  return { monitor, worker, messages, losses };
}

const thrown = new RangeError('thrown');

for (const [host, make, message] of [
  ['Node', () => new OfNode(), (data: unknown) => data],
  ['a page', () => new OfPage(), (data: unknown) => ({ data })],
] as const)
  describe(`The monitor of a worker of ${host}`, () => {
    it('passes on the messages of the worker, until it has ended', async () => {
      const { monitor, worker, messages, losses } = guarded(make());
      for (const data of ['first', undefined, 0]) worker.says('message', message(data));
      monitor.post('posted');
      expect(monitor.ended).toBeFalse();
      monitor.fail({ why: 'was slow' });
      worker.says('message', message('late'));
      expect(messages).toEqual(['first', undefined, 0]);
      expect(losses).toEqual([{ why: 'was slow' }]);
      expect(monitor.ended).toBeTrue();
      expect(monitor.exit).toEqual({ why: 'was slow' });
      expect(worker.done).toEqual(['post', 'terminate']);
    });

    it('reports only the first reason of an exit, and ends the worker once', async () => {
      const { monitor, worker, losses } = guarded(make());
      worker.says('messageerror', message('broken'));
      monitor.fail({ why: 'was slow' });
      await Promise.all([monitor.end(), monitor.end()]);
      expect(losses.map(({ why }) => why)).toEqual(['sent a message that cannot be read']);
      expect(monitor.exit).toBe(losses[0]);
      expect(worker.done).toEqual(['terminate']);
    });

    it('says nothing of a worker that is ended on purpose, and hears its errors', async () => {
      const { monitor, worker, losses } = guarded(make());
      await monitor.end();
      expect(worker.listening).toBeGreaterThan(0);
      worker.says('error', host === 'Node' ? thrown : { error: thrown });
      expect(losses).toEqual([]);
      expect([monitor.ended, monitor.exit]).toEqual([true, undefined]);
    });

    it('lets go of a worker that lives on', () => {
      const { monitor, worker, messages } = guarded(make());
      monitor.release();
      expect(worker.listening).toBe(0);
      expect(monitor.ended).toBeTrue();
      // What a lock or a timer says afterwards is not for it.
      monitor.fail({ why: 'was slow' });
      worker.says('message', message('other'));
      expect([messages, worker.done]).toEqual([[], []]);
    });
  });

describe('The monitor in Node', () => {
  it('has it keep the process alive, or not', () => {
    const { monitor, worker } = guarded(new OfNode());
    monitor.hold(false);
    monitor.hold(true);
    expect(worker.done).toEqual(['unref', 'ref']);
    // One of a page knows nothing of that.
    for (const alive of [true, false]) guarded(new OfPage()).monitor.hold(alive);
  });

  it('reports an error when the worker exits: messages may come between', () => {
    const { worker, messages, losses } = guarded(new OfNode());
    worker.says('error', thrown);
    worker.says('message', 'last');
    expect([messages, losses]).toEqual([['last'], []]);
    worker.says('exit', 1);
    expect(losses).toEqual([{ why: 'ended by an uncaught error (RangeError: thrown)', exitCode: 1, cause: [thrown] }]);
  });

  it('reports an exit; and undefined that was thrown, which is a cause', () => {
    const exited = guarded(new OfNode());
    exited.worker.says('exit', 3);
    expect(exited.losses).toEqual([{ why: 'exited with code 3', exitCode: 3, ran: false }]);
    const ran = guarded(new OfNode());
    ran.worker.says('online', undefined);
    ran.worker.says('exit', 0);
    expect(ran.losses).toEqual([{ why: 'exited with code 0', exitCode: 0, ran: true }]);
    const threw = guarded(new OfNode());
    threw.worker.says('error', undefined);
    threw.worker.says('exit', 1);
    expect(threw.losses).toEqual([{ why: 'ended by an uncaught error (undefined)', exitCode: 1, cause: [undefined] }]);
  });

  it('reports why a message could not be read', () => {
    const { worker, losses } = guarded(new OfNode());
    worker.says('messageerror', thrown);
    expect(losses).toEqual([{ why: 'sent a message that cannot be read', cause: [thrown] }]);
  });
});

describe('The monitor in a page', () => {
  it('reports an error, by what the browser knows of it, and keeps it from the page', () => {
    for (const [event, exit] of [
      [
        { error: thrown, message: 'Uncaught' },
        { why: 'ended by an uncaught error (RangeError: thrown)', cause: [thrown] },
      ],
      [
        { message: 'Uncaught x' },
        { why: 'ended by an uncaught error (Error: Uncaught x)', cause: [new Error('Uncaught x')] },
      ],
      [
        { message: '' },
        { why: jasmine.stringMatching(/^could not be loaded \(is its URL right, and its text a module\?/) as never },
      ],
      [
        {},
        { why: jasmine.stringMatching(/^could not be loaded \(is its URL right, and its text a module\?/) as never },
      ],
    ] as const) {
      const { worker, losses } = guarded(new OfPage());
      let prevented = 0;
      worker.says('error', { ...event, preventDefault: () => prevented++ });
      expect(losses).toEqual([exit]);
      expect(prevented).toBe(1);
    }
  });

  it('says what to look at, where a page could not load it', () => {
    const { worker, losses } = guarded(new OfPage(), 'look there');
    worker.says('error', {});
    expect(losses).toEqual([{ why: 'could not be loaded (look there)' }]);
  });
});

describe('A worker', () => {
  it('is what has the methods of one, of whichever host', () => {
    for (const worker of [new OfNode(), new OfPage()]) expect(isWorker(worker)).toBeTrue();
    const post = (): void => {};
    for (const other of [
      ...[undefined, null, 0, 'worker', post, {}, Object.assign(() => {}, new OfNode())],
      { postMessage: post, terminate: post },
      { postMessage: post, on: post },
      { terminate: post, addEventListener: post },
    ])
      expect(isWorker(other)).withContext(String(other)).toBeFalse();
  });
});
