/** A task whose time is up, and which listens to its signal: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { EMPTY, NEVER, Subject, concat, of, range } from 'rxjs';
import type { PoolEvent, PoolStats } from '../../../lib/index.ts';
import { TaskTimeoutError } from '../../../lib/index.ts';
import { REPLY } from '../../../lib/protocol/messages.ts';
import { FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results } from '../../support/played.ts';

let time: Time;

/** A pool whose first worker runs the first value of `source`, which has asked for its signal and run out of time. */
async function late(source = range(0, 2), options: ConstructorParameters<typeof Results>[2] = {}, size = 1) {
  const fake = new FakeWorkers({ size });
  const events: PoolEvent[] = [];
  fake.pool.events$.subscribe((event) => events.push(event));
  const results = new Results(fake, source, {
    ...{ timeout: 50, terminateAfter: 30, concurrency: 1, onError: 'settle' },
    ...options,
  });
  await fake.up();
  const worker = fake.workers[0]!;
  worker.begin();
  worker.ask();
  await time.pass(49);
  expect(results.said).toEqual([]);
  await time.pass(1);
  /** How each task has ended, as far as it has. */
  const ends = (): unknown[] => events.flatMap((event) => (event.type === 'task:end' ? [event.outcome] : []));
  return { fake, results, worker, ends };
}

const failed = (index: number): unknown =>
  jasmine.objectContaining({ status: 'rejected', index, reason: jasmine.any(TaskTimeoutError) });
const done = (value: number): unknown => jasmine.objectContaining({ status: 'fulfilled', value });
const stats = (numbers: Partial<PoolStats>) => jasmine.objectContaining(numbers);

describe('A task that listens to its signal, and whose time is up,', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('has failed at once, is cancelled, and keeps its place until it has ended', async () => {
    const { fake, results, worker, ends } = await late();
    expect(results.said).toEqual([failed(0)]);
    expect(worker.cuts).toEqual(['0:0 late']);
    expect(worker.gone).toBeUndefined();
    expect(ends()).toEqual(['timeout']);
    expect(fake.pool.stats()).toEqual(stats({ running: 1, idle: 0, failed: 1, completed: 0 }));
    expect(worker.has).withContext('its place is taken').toEqual([0]);
    await time.pass(29);
    await worker.reply({ last: true });
    expect(worker.has).toEqual([1]);
    await worker.run();
    expect(results.said).toEqual([failed(0), done(1), 'complete']);
    expect(ends()).toEqual(['timeout', 'value']);
    expect(fake.pool.stats()).toEqual(stats({ running: 0, idle: 1, failed: 1, completed: 1, restarts: 0 }));
    // The notice that it was given is no other's.
    await time.pass(1000);
    expect(worker.gone).toBeUndefined();
  });

  it('may fail, which nobody hears of', async () => {
    const { fake, results, worker, ends } = await late();
    await worker.reply({ failed: [0], last: true });
    await worker.run();
    expect(results.said).toEqual([failed(0), done(1), 'complete']);
    expect(ends()).toEqual(['timeout', 'value']);
    expect(fake.pool.stats()).toEqual(stats({ failed: 1, completed: 1 }));
  });

  it('of a key has failed when it has stopped: the next of its key does not begin beside it', async () => {
    for (const end of ['stops', 'is terminated'] as const) {
      const { fake, results, worker, ends } = await late(range(0, 3), { concurrency: 2, key: () => 'one' }, 2);
      await fake.workers[1]?.up();
      expect(ends()).withContext('its outcome is known').toEqual(['timeout']);
      expect(results.said).toEqual([]);
      expect(fake.workers.flatMap(({ has }) => has)).toEqual([0]);
      expect(worker.held).withContext('it is waited for').toBeTrue();
      await time.pass(29);
      if (end === 'stops') await worker.reply({ last: true });
      else await time.pass(1);
      expect(results.said).toEqual([failed(0)]);
      for (const each of fake.workers) await each.up();
      expect(fake.workers.flatMap((each) => (each.gone === undefined ? each.has : []))).toEqual([1]);
      for (let nth = 0; nth < 4; nth++) for (const each of fake.workers) if (each.has.length > 0) await each.run();
      expect(results.said).toEqual([failed(0), done(1), done(2), 'complete']);
      expect(fake.pool.stats()).toEqual(stats({ failed: 1, completed: 2 }));
    }
  });

  it('of a key has its next try when it has stopped', async () => {
    const { fake, results, worker } = await late(range(0, 1), { concurrency: 2, key: () => 'one', retry: 1 }, 2);
    await fake.workers[1]?.up();
    expect(fake.workers.flatMap(({ has }) => has)).toEqual([0]);
    await worker.reply({ last: true });
    for (const each of fake.workers) if (each.has.length > 0) await each.run();
    expect(results.said).toEqual([done(0), 'complete']);
  });

  it('has its worker ended when its notice has run out; the next goes to another', async () => {
    const { fake, results, worker, ends } = await late();
    await time.pass(29);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
    await fake.workers[1]!.up();
    await fake.workers[1]!.run();
    expect(results.said).toEqual([failed(0), done(1), 'complete']);
    expect(ends()).toEqual(['timeout', 'value']);
    expect(fake.pool.stats()).toEqual(stats({ failed: 1, completed: 1, restarts: 1 }));
  });

  it('has no notice at all with terminateAfter: 0, and any with Infinity', async () => {
    const none = await late(range(0, 2), { terminateAfter: 0 });
    expect(none.results.said).toEqual([failed(0)]);
    await time.pass(0);
    expect(none.worker.gone).toBe('killed');
    const any = await late(range(0, 2), { terminateAfter: Infinity });
    await time.pass(1e9);
    expect(any.worker.gone).toBeUndefined();
    expect(any.results.said).toEqual([failed(0)]);
    await any.worker.reply({ last: true });
    await any.worker.run();
    expect(any.results.said).toEqual([failed(0), done(1), 'complete']);
  });

  it('is run again by no crashRetries, whether its worker lives or not', async () => {
    const { fake, results, worker, ends } = await late(range(0, 2), { crashRetries: 3 });
    worker.die();
    await fake.workers[1]!.up();
    expect(fake.workers[1]!.has).toEqual([1]);
    await fake.workers[1]!.run();
    expect(results.said).toEqual([failed(0), done(1), 'complete']);
    expect(ends()).toEqual(['timeout', 'value']);
    expect(fake.pool.stats()).toEqual(stats({ failed: 1 }));
  });

  it('ends the stream where nothing else is out; the worker has its notice all the same', async () => {
    const { results, worker, ends } = await late(of(0), {});
    expect(results.said).toEqual([failed(0), 'complete']);
    expect(worker.held).withContext('nobody waits for it').toBeFalse();
    await time.pass(30);
    expect(worker.gone).toBe('killed');
    expect(ends()).toEqual(['timeout']);
  });

  it('errors the stream, which is unsubscribed meanwhile: that changes nothing for it', async () => {
    const { fake, results, worker, ends } = await late(concat(of(0), NEVER), { onError: 'throw' });
    expect(results.said).toEqual([jasmine.any(TaskTimeoutError)]);
    expect(worker.cuts).toEqual(['0:0 late']);
    await worker.reply({ last: true });
    expect(worker.gone).toBeUndefined();
    expect(ends()).toEqual(['timeout']);
    expect(fake.pool.stats()).toEqual(stats({ running: 0, failed: 1, completed: 0 }));
  });

  it('is not late once it is cancelled: its stream had no use for it any more', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, of(0), { timeout: 50, terminateAfter: 100 });
    await fake.up();
    fake.workers[0]!.begin();
    fake.workers[0]!.ask();
    await time.pass(20);
    results.subscription.unsubscribe();
    await time.pass(99);
    expect(fake.workers[0]!.cuts).toEqual(['0:0']);
    expect(fake.workers[0]!.gone).toBeUndefined();
    await time.pass(1);
    expect(fake.workers[0]!.gone).toBe('killed');
    expect(fake.pool.stats()).toEqual(stats({ failed: 0 }));
  });

  it('holds up nothing of other streams: what waits behind it goes elsewhere, and nothing more comes', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const source = new Subject<number>();
    const quick = new Results(fake, source);
    for (let n = 0; n < 8; n++) source.next(n);
    await fake.up();
    const worker = fake.workers[0]!;
    while (worker.runs.length > 0) await worker.run();
    const limited = new Results(fake, of('limited'), { timeout: 50, terminateAfter: 30 });
    source.next(8);
    expect(worker.has).toEqual(['limited', 8]);
    worker.begin();
    worker.ask();
    await time.pass(50);
    expect(limited.said).toEqual([jasmine.any(TaskTimeoutError)]);
    expect(fake.pool.stats()).toEqual(stats({ running: 1 }));
    source.next(9);
    await time.pass(30);
    expect(worker.gone).toBe('killed');
    await fake.workers[1]!.up();
    await fake.workers[1]!.run();
    await fake.workers[1]!.run();
    expect(quick.said).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('learns that by a message where no memory is shared', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'unshared');
    const results = new Results(fake, range(0, 2), { timeout: 50, terminateAfter: 30, onError: 'settle' });
    await fake.up();
    const worker = fake.workers[0]!;
    worker.ask();
    await time.pass(50);
    expect(results.said).toEqual([failed(0)]);
    expect(worker.cuts).toEqual(['0:0 late']);
    expect(worker.gone).toBeUndefined();
    const { id } = worker.runs.shift()!;
    worker.monitor.onMessage({ type: REPLY, id, from: 0, values: [1], failed: undefined, ms: 0, last: true });
    expect(results.said).toEqual([failed(0)]);
    // This one has not asked.
    expect(worker.has).toEqual([1]);
    await time.pass(50);
    expect(worker.gone).toBe('killed');
    expect(results.said).toEqual([failed(0), failed(1), 'complete']);
  });

  it('ends with its pool, as any other', async () => {
    for (const drain of [true, false]) {
      const { fake, results, worker } = await late(concat(of(0), drain ? EMPTY : NEVER));
      let closed = false;
      const closing = fake.pool.close({ drain }).then(() => (closed = true));
      await time.pass(29);
      await turn();
      expect(closed).toBe(!drain);
      expect(worker.gone).toBe(drain ? undefined : 'killed');
      await time.pass(1);
      await closing;
      expect(worker.gone).toBe('killed');
      expect(results.said.length).toBe(2);
    }
  });
});
