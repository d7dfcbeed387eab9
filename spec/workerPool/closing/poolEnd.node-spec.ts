/** How a pool ends: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, concat, of, range } from 'rxjs';
import { FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results } from '../../support/played.ts';

let time: Time;

describe('A pool that closes', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('delivers the results of received values, ends its workers as they become idle, and is closed when they have ended', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const results = new Results(fake, concat(range(0, 3), NEVER));
    await fake.up();
    await fake.workers[0]!.run();
    const closed = jasmine.createSpy();
    const completed = jasmine.createSpy();
    fake.pool.events$.subscribe({ complete: completed });
    void fake.pool.close().then(closed);
    expect(fake.workers[1]!.held).toBeTrue();
    await fake.workers[0]!.run();
    await turn();
    expect(closed).not.toHaveBeenCalled();
    await fake.workers[1]!.run();
    await turn();
    expect(results.said).toEqual([0, 1, 2, jasmine.objectContaining({ name: 'PoolClosedError' })]);
    expect(fake.workers.map(({ gone }) => gone)).toEqual(['ended', 'ended']);
    expect(closed).toHaveBeenCalled();
    expect(completed).toHaveBeenCalled();
    await fake.pool.close();
    await fake.pool.close({ drain: false });
  });

  it('at once: every stream errors, workers are ended whatever they do, those that start are given up', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const streams = [new Results(fake, range(0, 3)), new Results(fake, NEVER)];
    await fake.workers[0]!.up();
    await fake.workers[1]!.up();
    await fake.workers[1]!.run();
    fake.workers[0]!.begin();
    await fake.pool.close({ drain: false });
    expect(streams.map(({ said }) => said.length)).toEqual([1, 1]);
    expect(streams.map(({ said }) => (said[0] as Error).name)).toEqual(['PoolClosedError', 'PoolClosedError']);
    expect(fake.workers.map(({ gone }) => gone)).toEqual(['killed', 'killed', 'given up']);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, running: 0 }));
    // That came too late.
    await fake.workers[2]!.up();
    expect(fake.workers[2]!.gone).toBe('ended');
    expect(fake.pool.stats().workers).toBe(0);
  });

  it('is closed when its workers have ended', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const results = new Results(fake, range(0, 2));
    await fake.up();
    let end!: () => void;
    fake.workers[1]!.ending = new Promise((resolve) => (end = resolve));
    const closed = jasmine.createSpy();
    void fake.pool.close({ drain: false }).then(closed);
    await turn();
    expect(results.said.length).toBe(1);
    expect(closed).not.toHaveBeenCalled();
    end();
    await turn();
    expect(closed).toHaveBeenCalled();
  });

  it('is cut short by a second close', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, range(0, 3));
    await fake.up();
    const closed = fake.pool.close();
    expect(results.said).toEqual([]);
    await fake.pool.close({ drain: false });
    await closed;
    expect(results.said).toEqual([jasmine.objectContaining({ name: 'PoolClosedError' })]);
  });

  it('waits for a cancelled task until that has ended, and takes no new stream', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const results = new Results(fake, of(0), { terminateAfter: Infinity });
    await fake.up();
    fake.workers[0]!.begin();
    results.subscription.unsubscribe();
    const closed = jasmine.createSpy();
    void fake.pool.close().then(closed);
    await turn();
    expect(closed).not.toHaveBeenCalled();
    expect(fake.workers[0]!.held).toBeTrue();
    const late = new Results(fake, of(1));
    expect(late.said).toEqual([jasmine.objectContaining({ message: 'The pool is closed' })]);
    await fake.workers[0]!.reply({ last: true });
    await turn();
    expect(closed).toHaveBeenCalled();
  });
});
