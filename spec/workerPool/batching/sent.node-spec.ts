/** What each worker is sent, and what becomes of that: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, Subject, concat, of, range } from 'rxjs';
import { type PoolEvent, parallelMap, parallelMapUnordered } from '../../../lib/index.ts';
import { WorkerCrashedError } from '../../../lib/api/errors.ts';
import { BEGIN, REPLY, type RunMessage, UNCAUGHT } from '../../../lib/protocol/messages.ts';
import { type FakeWorker, FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results, numbers, two } from '../../support/played.ts';

let time: Time;

describe('What a worker was sent', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('that dies: what ran fails, what had ended runs again by itself, what had not begun is next', async () => {
    const { fake, results, worker, first, second } = await two();
    for (const _ of [0, 1]) {
      worker.begin();
      worker.end();
    }
    worker.begin();
    worker.die({ why: 'died', exitCode: 5, cause: [undefined] });
    await fake.workers[1]!.up();
    const taken: unknown[] = [];
    const counts: number[] = [];
    while (fake.workers[1]!.runs.length > 0) {
      taken.push(...fake.workers[1]!.runs[0]!.args);
      counts.push(fake.workers[1]!.runs[0]!.count);
      await fake.workers[1]!.run();
    }
    expect(taken.slice(0, 2)).toEqual([first, first + 1]);
    expect(counts.slice(0, 2)).toEqual([1, 1]);
    expect(results.said.slice(0, first + 2)).toEqual(numbers(first + 2));
    const error = results.said.at(-1) as WorkerCrashedError;
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error.message).toBe(`The worker died while it ran task ${first + 2}`);
    expect(error.exitCode).toBe(5);
    expect('cause' in error).toBeTrue();
    expect(taken).not.toContain(first + 2);
    expect(second).toBe(first + 4);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ failed: 1, restarts: 1, running: 0 }));
  });

  it('goes to another worker where the one it was sent to never comes to it, whatever its timeout', async () => {
    for (const timeout of [50, 20_000]) {
      const fake = new FakeWorkers({ size: 1 });
      const results = new Results(fake, range(0, 2), { timeout });
      await fake.up();
      await fake.workers[0]!.run();
      expect(results.said).toEqual([0]);
      await time.pass(Math.max(10_000, timeout) - 1);
      expect(fake.workers.length).toBe(1);
      await time.pass(timeout);
      expect(fake.workers[0]!.gone).toBe('killed');
      await fake.workers[1]!.up();
      await fake.workers[1]!.run();
      expect(results.said).toEqual([0, 1, 'complete']);
    }
  });

  it('runs out of time by the time since its start, its wait not included', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, range(0, 2), { timeout: 50 });
    await fake.up();
    const [worker] = fake.workers;
    expect(worker!.counts).toEqual([1]);
    await time.pass(70);
    worker!.begin();
    await time.pass(49);
    expect(worker!.gone).toBeUndefined();
    await time.pass(50);
    expect(worker!.gone).toBe('killed');
    expect((results.said[0] as Error).message).toBe('Task 0 ran longer than its timeout of 50 ms');
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ failed: 1, completed: 0 }));
  });

  for (const how of ['answered', 'refused', 'cancelled', 'lost', 'closed', 'closed later'] as const)
    it(`leaves no timer behind when it is ${how}`, async () => {
      const fake = new FakeWorkers({ size: 2, idleTimeout: 1e6 });
      const idle = new Results(fake, of('idle'));
      await fake.up();
      await fake.workers[0]!.run();
      expect(idle.said.length).toBe(2);
      fake.workers[0]!.refuses = how === 'refused' ? new Error('not this') : undefined;
      const results = new Results(fake, concat(range(0, how === 'refused' ? 1 : 8), NEVER), { timeout: 1e6 });
      if (how !== 'refused') expect(fake.workers[0]!.begin()).toBeTrue();
      if (how === 'lost') fake.workers[0]!.die();
      if (how === 'answered') while (fake.workers[0]!.runs.length > 0) await fake.workers[0]!.run();
      if (how === 'cancelled' || how === 'closed later') {
        results.subscription.unsubscribe();
        await fake.workers[0]!.run();
      }
      await fake.workers[1]?.up();
      await fake.pool.close({ drain: how === 'closed later' });
      expect(time.timers).toBe(0);
    });

  it('counts what failed and what is delivered, and not what is cancelled', async () => {
    const { fake, results, worker, first } = await two();
    worker.begin();
    worker.begin();
    await worker.reply({ failed: [1] });
    expect(results.said.at(-1)).toBe(`failed ${first + 1}`);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: first + 1, failed: 1 }));
    await worker.reply({ last: true });
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: first + 1, failed: 1 }));
  });

  it('and has not begun is recalled when another worker is idle', async () => {
    const { fake, results, worker, first } = await two({}, { size: 2 });
    worker.begin();
    await fake.workers[1]!.up();
    const other = fake.workers[1]!;
    while (other.runs.length > 0) {
      await other.run();
    }
    await time.pass(20);
    expect(other.runs.length).toBe(0);
    await time.pass(20);
    expect(other.has[0]).toBe(first + 1);
    expect(fake.pool.stats().running).toBe(1 + other.runs.reduce((sum, { count }) => sum + count, 0));
    expect(worker.begin()).toBeFalse();
    while (other.runs.length > 0) await other.run();
    await worker.reply({ last: true });
    while (worker.runs.length > 0) await worker.run();
    expect(results.said).toEqual(numbers(64));
  });

  it('and has not begun is recalled also where another worker is busy with all that it has', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const results = new Results(fake, range(0, 9));
    const [first, second, third] = fake.workers;
    await first!.up();
    while (first!.has.at(-1) !== 8) await first!.run();
    first!.begin();
    const other = new Results(fake, of(100));
    await second!.up();
    second!.begin();
    await third!.up();
    expect(third!.has).toEqual([]);
    await time.pass(40);
    expect(third!.has).toEqual([8]);
    for (const worker of [third!, second!, first!]) while (worker.runs.length > 0) await worker.run();
    expect(results.said).toEqual([...numbers(9), 'complete']);
    expect(other.said).toEqual([100, 'complete']);
  });

  it('goes to another worker where this one died before it came to that message, though no memory is shared', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'unshared');
    const results = new Results(fake, range(0, 5), { onError: 'settle' });
    await fake.up();
    const [worker] = fake.workers;
    const [{ id }] = worker!.runs.splice(0, 1) as [RunMessage];
    worker!.monitor.onMessage({
      type: REPLY,
      id,
      from: 0,
      values: [0],
      failed: undefined,
      ms: 0,
      packing: 0,
      last: true,
    });
    expect(worker!.has).toEqual([1, 3]);
    worker!.die();
    await turn();
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: 1, failed: 2 }));
    await fake.workers[1]!.up();
    expect(fake.workers[1]!.has).toEqual([3]);
    results.subscription.unsubscribe();
  });

  it('is not what fn has described for a stream that it then unsubscribed', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const quick = new Results(fake, range(0, 9));
    await fake.up();
    while (fake.workers[0]!.runs.length > 0) await fake.workers[0]!.run();
    expect(quick.said).toEqual([...numbers(9), 'complete']);
    const described: number[] = [];
    const source = new Subject<number>();
    const subscription = source
      .pipe(
        parallelMap((worker, n) => {
          if (described.push(n) === 9) subscription.unsubscribe();
          return worker.echo(n);
        }, fake.pool),
      )
      .subscribe();
    for (let n = 0; n < 64; n++) source.next(n);
    while (fake.workers[0]!.runs.length > 0) await fake.workers[0]!.run();
    expect(described).toEqual(numbers(9));
    // The last four were described for one message.
    expect(fake.workers[0]!.counts).toEqual([1, 2, 2, 4, 1, 2, 2]);
  });

  it('cannot be posted: the tasks fail, and nothing stays with the worker', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const source = new Subject<number>();
    const results = new Results(fake, source, {}, parallelMapUnordered);
    source.next(0);
    await fake.up();
    await fake.workers[0]!.run();
    fake.workers[0]!.refuses = new Error('not this');
    source.next(1);
    await turn();
    expect((results.said[1] as Error).message).toBe('The arguments of echo() cannot cross to a worker: not this');
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ idle: 1, running: 0, failed: 1, completed: 1 }));
  });

  it('cannot be posted: each of its tasks counts', async () => {
    const { fake, worker } = await two({ onError: 'skip' });
    const { completed } = fake.pool.stats();
    worker.refuses = new Error('not this');
    while (worker.runs.length > 0) await worker.run();
    await turn();
    expect(fake.pool.stats()).toEqual(
      jasmine.objectContaining({ idle: 1, running: 0, completed: completed + 8, failed: 64 - completed - 8 }),
    );
  });

  it('with its worker is known at once, though others wait for the next', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const said: unknown[] = [];
    range(0, 3)
      .pipe(parallelMap((worker, n) => worker.echo(n), fake.pool, { onError: 'settle' as const }))
      .subscribe(({ status, index }) => said.push(`${status} ${index}`));
    await fake.up();
    fake.workers[0]!.begin();
    fake.workers[0]!.die();
    expect(said).toEqual(['rejected 0']);
  });

  it('has events that name its worker', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const events: string[] = [];
    fake.pool.events$.subscribe((event: PoolEvent) => {
      const index = 'index' in event ? event.index : '';
      const us = Math.round((event.time - (fake.workers.at(-1)?.sent ?? 0)) * 1000);
      const at = us < 100 && !event.type.startsWith('worker') ? us : '';
      events.push(
        [event.type, index, 'outcome' in event ? event.outcome : '', at].join(' ').replaceAll(/ +/g, ' ').trim(),
      );
    });
    const results = new Results(fake, range(0, 4), { batch: 2 });
    await fake.up();
    await fake.workers[0]!.run();
    const { id } = fake.workers[0]!.runs[0]!;
    fake.workers[0]!.monitor.onMessage({ type: BEGIN, id: -1, offset: 0, time: 1 });
    fake.workers[0]!.monitor.onMessage({ type: BEGIN, id, offset: 0, time: fake.workers[0]!.timeAt(5) });
    fake.workers[0]!.begin();
    fake.workers[0]!.begin();
    await fake.workers[0]!.reply({ failed: [1], last: true });
    expect(results.said.at(-1)).toBe('failed 2');
    fake.workers[0]!.die();
    const idle = new Results(fake, of(9));
    await fake.workers[1]!.up();
    await fake.workers[1]!.run();
    expect(idle.said).toEqual([9, 'complete']);
    const last = new Results(fake, of(8));
    fake.workers[1]!.waitForTimes();
    fake.workers[1]!.begin();
    fake.workers[1]!.die();
    expect(last.said.length).toBe(1);
    await fake.pool.close();
    expect(fake.workers[0]!.delivered).toEqual([]);
    expect(events).toEqual([
      'worker:start',
      ...['task:start 0 10', 'task:end 0 value 11'],
      ...['task:start 1 5', 'task:end 1 value 11', 'task:start 2 20', 'task:end 2 error 21'],
      ...['worker:exit', 'worker:start', 'task:start 0 10', 'task:end 0 value 11'],
      ...['task:start 0', 'task:end 0 crash', 'worker:exit'],
    ]);
  });

  it('has events, where it is lost, with the time of its start, by the memory that is shared with the worker', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const times: number[] = [];
    const results = new Results(fake, of(1));
    const worker = fake.workers[0]!;
    fake.pool.events$.subscribe((event: PoolEvent) => times.push(event.time - worker.sent));
    await fake.up();
    worker.begin();
    worker.waitForTimes();
    // Longer ago than it was sent, by the worker's clock.
    await time.pass(40);
    worker.die();
    expect(results.said).toEqual([jasmine.any(WorkerCrashedError)]);
    const [, began, ended, gone] = times;
    // At the earliest when it was sent, which is that long ago.
    expect(began).toBeGreaterThan(-1);
    expect(ended! - began!).toBeGreaterThan(0.19);
    expect(gone).toBeGreaterThanOrEqual(ended!);
  });

  it('may come back in parts', async () => {
    const { fake, results, worker, first } = await two();
    worker.begin();
    await worker.reply();
    expect(results.said).toEqual(numbers(first + 1));
    expect(fake.pool.stats().running).toBe(3 + 4);
    while (worker.begin());
    await worker.reply({ last: true });
    expect(results.said).toEqual(numbers(first + 4));
  });

  it('is sent one by one where it is timed, however quick', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, range(0, 9), { timeout: 50 });
    await fake.up();
    const worker = fake.workers[0]!;
    while (worker.runs.length > 0) {
      expect(worker.runs.length).toBe(1);
      await worker.run();
    }
    expect(Math.max(...worker.counts)).toBe(1);
    expect(results.said).toEqual([...numbers(9), 'complete']);
  });

  it('and has no outcome when the worker says that the batch is over, is next', async () => {
    const { results, worker, first } = await two();
    worker.begin();
    worker.begin();
    await worker.reply({ last: true });
    const second = worker.runs[1]!;
    expect([...second.args].slice(0, 2)).toEqual([first + 2, first + 3]);
    while (worker.runs.length > 0) await worker.run();
    expect(results.said).toEqual(numbers(64));
  });

  it('gets no more, once tasks were recalled for others, until the worker replies', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const source = new Subject<number>();
    const results = new Results(fake, source, { batch: 2 }, parallelMapUnordered);
    for (let n = 0; n < 8; n++) source.next(n);
    await fake.up();
    const [stuck, other] = fake.workers as [FakeWorker, FakeWorker];
    for (const worker of [stuck, other]) while (worker.runs.length > 0) await worker.run();
    expect(results.said.length).toBe(8);
    for (const n of [10, 11]) source.next(n);
    expect([stuck.has, other.has]).toEqual([[10], [11]]);
    await other.run();
    await time.pass(20);
    expect(other.has).toEqual([]);
    await time.pass(20);
    expect(other.has).toEqual([10]);
    await other.run();
    expect(fake.pool.stats().running).toBe(0);
    for (const n of [20, 21, 22, 23]) source.next(n);
    expect(other.runs.length).toBe(2);
    expect(stuck.has).toEqual([10]);
    expect(stuck.begin()).toBeFalse();
    await stuck.reply({ last: true });
    expect(stuck.has.length).toBe(2);
    for (const worker of [stuck, other]) while (worker.runs.length > 0) await worker.run();
    expect(results.said.slice(8)).toEqual(jasmine.arrayWithExactContents([10, 11, 20, 21, 22, 23]));
  });

  it('may be answered by what is none of ours: that is for threads.js, or for nobody', async () => {
    const { results, worker, first } = await two();
    const noise = { type: 'noise' };
    for (const data of [
      noise,
      undefined,
      null,
      0,
      { type: REPLY, id: -1, from: 0, values: [1], failed: undefined, ms: 0, last: true },
    ])
      worker.monitor.onMessage(data);
    expect(worker.delivered).toEqual([noise, undefined, null, 0]);
    worker.begin();
    worker.monitor.onMessage({ type: UNCAUGHT, error: { kind: 'value', value: 'thrown' } });
    const error = results.said.at(-1) as WorkerCrashedError;
    expect(error.message).toBe(`The worker ended by an uncaught error (thrown) while it ran task ${first}`);
    expect(error.cause).toBe('thrown');
  });
});
