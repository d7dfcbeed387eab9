import { WorkerInitError } from '../../../lib/index.ts';
import { startAfter } from '../../../lib/workerPool/startup/startAfter.ts';
import { Startup, startWorker } from '../../../lib/workerPool/startup/startup.ts';
import type { PendingWorker } from '../../../lib/workerPool/startup/workerConnection.ts';
import { WorkerMonitor } from '../../../lib/workerPool/startup/workerMonitor.ts';
import { HOOKS, INIT, LOCK, MARK, PREPARED, UNCAUGHT } from '../../../lib/protocol/messages.ts';
import { ofInline } from '../../../lib/workerPool/startup/workerLabel.ts';
import { OfNode } from '../../support/hostWorkers.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** The first message of a worker, as of threads.js; ours is known by its mark. */
const EXPOSED = { type: 'init', exposed: { type: 'module', methods: ['echo', MARK] } };

/** The same of a plain worker. */
const PLAIN = { type: 'init', exposed: { type: 'module', methods: ['echo'] } };

const asks = { type: LOCK, name: undefined, decided: false };

/** A worker that is coming up, and what came of that. */
function starting(initTimeout = 10_000) {
  const worker = new OfNode();
  const opening = startWorker(() => worker, { initTimeout, label: () => '' });
  const came: { link?: unknown; error?: WorkerInitError } = {};
  opening.ready.then(
    (link) => (came.link = link),
    (error: WorkerInitError) => (came.error = error),
  );
  const says = async (message: unknown): Promise<void> => {
    worker.says('message', message);
    await turn();
  };
  return { worker, opening, came, says };
}

describe('A worker that comes up', () => {
  it('is up once it has exposed its methods, and is opened once, however often it says so', async () => {
    const { worker, came, says } = starting();
    for (const other of [undefined, null, 'init', { type: 'init' }, { type: 'init', exposed: {} }]) await says(other);
    expect(came).toEqual({});
    await says(EXPOSED);
    expect(came.link).toBeDefined();
    await says(EXPOSED);
    expect(worker.posted).toEqual([jasmine.objectContaining({ type: INIT })]);
    expect(worker.done).toEqual(['post']);
  });

  it('waits for the lock that it has asked for', async () => {
    const { worker, came, says } = starting();
    await says(asks);
    await says(EXPOSED);
    expect(came).toEqual({});
    await says({ ...asks, decided: true });
    expect(came.link).toBeDefined();
    expect(worker.posted.length).toBe(1);
  });

  it('has initTimeout to expose something; the error says whether it has called expose', async () => {
    const silent = starting(5);
    await silent.opening.ready.catch(() => {});
    expect(silent.came.error).toBeInstanceOf(WorkerInitError);
    expect(silent.came.error!.message).toMatch(/did not call expose\(\) within 5 ms .* before it exposed anything$/);
    expect(silent.worker.done).toEqual(['terminate']);
    const gone = starting(5);
    // At once: it has not long.
    gone.worker.says('message', { type: LOCK, name: undefined, decided: false });
    gone.worker.says('message', EXPOSED);
    await gone.opening.ready.catch(() => {});
    expect(gone.came.error!.message).toMatch(/called expose\(\) and then was not heard of for 5 ms/);
    const up = starting(5);
    up.worker.says('message', EXPOSED);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(up.worker.done).toEqual(['post']);
  });

  it('has failed with an error that nobody caught in it', async () => {
    const { worker, came, says } = starting();
    await says({ type: UNCAUGHT, error: { kind: 'value', value: undefined } });
    expect(came.error!.message).toBe('A worker ended by an uncaught error (undefined) before it exposed anything');
    expect(Object.hasOwn(came.error!, 'cause')).toBeTrue();
    expect(worker.done).toEqual(['terminate']);
  });

  it('keeps the process alive while somebody waits for it, and no longer', async () => {
    const { worker, opening } = starting();
    for (const alive of [false, true]) opening.hold(alive);
    expect(worker.done).toEqual(['unref', 'ref']);
    await opening.end();
    opening.hold(false);
    expect(worker.done).toEqual(['unref', 'ref', 'terminate']);
  });

  it('may be given up', async () => {
    const { worker, opening, came } = starting();
    await opening.end();
    await turn();
    expect(came.error!.message).toBe('A worker was ended before it exposed anything');
    expect(worker.done).toEqual(['terminate']);
  });
});

describe('The state of a worker that comes up', () => {
  const uncaught = { type: UNCAUGHT, error: { kind: 'value', value: 0 } };
  const free = { ...asks, decided: true };
  const hooks = { type: HOOKS, setup: true, teardown: true };
  const prepared = { type: PREPARED, error: undefined };
  const failed = { type: PREPARED, error: { kind: 'value', value: 0 } };
  const paths: readonly (readonly [string, readonly unknown[], readonly Startup['state'][]])[] = [
    ['without a lock', [EXPOSED, EXPOSED], ['ready', 'ready']],
    ['that waits for its lock', [asks, EXPOSED, EXPOSED, free], ['spawned', 'awaitingLock', 'awaitingLock', 'ready']],
    ['that has its lock early', [asks, free, EXPOSED], ['spawned', 'spawned', 'ready']],
    ['that says nothing of ours', [undefined, 'init', { type: 'init' }], ['spawned', 'spawned', 'spawned']],
    ['with a setup', [hooks, EXPOSED, prepared, prepared], ['spawned', 'settingUp', 'ready', 'ready']],
    ['with a teardown only', [{ ...hooks, setup: false }, EXPOSED], ['spawned', 'ready']],
    ['whose setup failed', [hooks, EXPOSED, failed], ['spawned', 'settingUp', 'failed']],
    ['that threw in its setup', [hooks, EXPOSED, uncaught, prepared], ['spawned', 'settingUp', 'failed', 'failed']],
    ['that says it is set up before it was asked', [hooks, prepared, EXPOSED], ['spawned', 'spawned', 'settingUp']],
    ['that threw', [uncaught, EXPOSED], ['failed', 'failed']],
    ['that threw while it waited', [asks, EXPOSED, uncaught, free], ['spawned', 'awaitingLock', 'failed', 'failed']],
    ['that threw when it was up', [EXPOSED, uncaught], ['ready', 'failed']],
    ['that threads.js connects', [PLAIN, PLAIN], ['exposed', 'exposed']],
    ['that threw while threads.js connected it', [PLAIN, uncaught], ['exposed', 'failed']],
  ];
  for (const [name, messages, states] of paths)
    it(`follows from what it says: of one ${name}`, async () => {
      const worker = new OfNode();
      const startup = new Startup(new WorkerMonitor(worker), '', { initTimeout: 10_000 });
      startup.ready.catch(() => {});
      expect(startup.state).toBe('spawned');
      const passed = messages.map((message) => (worker.says('message', message), startup.state));
      expect(passed).toEqual([...states]);
      await startup.end();
      expect(startup.state).toBe('failed');
    });

  it('is ready once threads.js has connected it, unless it has ended meanwhile', async () => {
    const started = (...messages: readonly unknown[]): Startup => {
      const worker = new OfNode();
      const startup = new Startup(new WorkerMonitor(worker), ' of a spec', { initTimeout: 10_000 });
      for (const message of messages) worker.says('message', message);
      return startup;
    };
    const rejected = started(PLAIN, uncaught);
    await expectAsync(rejected.ready).toBeRejectedWithError(WorkerInitError);
    // threads.js connects them in turn.
    const up = started(PLAIN);
    expect((await up.ready).label).toBe(' of a spec');
    expect([rejected.state, up.state]).toEqual(['failed', 'ready']);
    await up.end();
  });
});

describe('A worker for which something has to be prepared', () => {
  const opened = (): PendingWorker & { ended: number } => ({
    ready: new Promise(() => {}),
    ended: 0,
    hold() {},
    async end() {
      this.ended++;
    },
  });

  it('is started when that is done, and ended as any other', async () => {
    const inner = opened();
    let opens = 0;
    let prepare!: () => void;
    const opening = startAfter(new Promise<void>((resolve) => (prepare = resolve)), () => (opens++, inner), ofInline);
    await turn();
    expect(opens).toBe(0);
    prepare();
    await turn();
    expect(opens).toBe(1);
    opening.hold(false);
    await opening.end();
    expect(inner.ended).toBe(1);
  });

  it('is not started where it is no longer wanted', async () => {
    let opens = 0;
    const opening = startAfter(Promise.resolve(), () => (opens++, opened()), ofInline);
    await opening.end();
    await expectAsync(opening.ready).toBeRejectedWithError(WorkerInitError, /no longer wanted/);
    expect(opens).toBe(0);
  });

  it('is not started where that fails', async () => {
    const cause = new TypeError('offline');
    const opening = startAfter(Promise.reject(cause), opened, ofInline);
    const error = await opening.ready.catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error).toEqual(
      jasmine.objectContaining({
        message: 'A worker of an inline function could not be made: TypeError: offline',
        cause,
      }),
    );
  });
});
