/** When workers start and end: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, Subject, concat, of, range } from 'rxjs';
import { parallelMap, parallelMapIterable } from '../../../lib/index.ts';
import { WorkerInitError } from '../../../lib/api/errors.ts';
import { type FakeWorker, FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results, numbers } from '../../support/played.ts';

let time: Time;

describe('The workers of a pool', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('are started one for each task that waits, up to its size; and are used again', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const source = new Subject<number>();
    const results = new Results(fake, source);
    expect(fake.workers.length).toBe(0);
    source.next(0);
    expect(fake.workers.length).toBe(1);
    source.next(1);
    expect(fake.workers.length).toBe(2);
    await fake.up();
    expect(fake.workers.map(({ has }) => has)).toEqual([[0], [1]]);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ workers: 2, idle: 0, running: 2 }));
    await fake.workers[0]!.run();
    source.next(2);
    expect(fake.workers.map(({ has }) => has)).toEqual([[2], [1]]);
    for (let n = 3; n < 9; n++) source.next(n);
    expect(fake.workers.length).toBe(3);
    source.complete();
    await fake.up();
    while (fake.workers.some(({ runs }) => runs.length > 0))
      for (const worker of fake.workers) if (worker.runs.length > 0) await worker.run();
    expect(results.said).toEqual([...numbers(9), 'complete']);
    expect(fake.pool.stats()).toEqual(
      jasmine.objectContaining({ workers: 3, idle: 3, running: 0, completed: 9, failed: 0, restarts: 0 }),
    );
  });

  it('keep the process alive for a stream that would fetch something, though all that runs is cancelled', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, of(0), { terminateAfter: Infinity });
    await fake.up();
    fake.workers[0]!.begin();
    results.subscription.unsubscribe();
    expect(fake.workers[0]!.held).toBeFalse();
    const pulled = parallelMapIterable(numbers(3), (worker, n) => worker.echo(n), fake.pool);
    void pulled.next();
    expect(fake.workers[0]!.held).toBeTrue();
    void pulled.return?.();
  });

  it('are started for what those that are up have no room for', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const source = new Subject<number>();
    const results = new Results(fake, source);
    source.next(0);
    await fake.up();
    source.next(1);
    expect(fake.workers.length).toBe(2);
    results.subscription.unsubscribe();
  });

  it('are no more than a stream may use, which gives each of these its share', async () => {
    const fake = new FakeWorkers({ size: 4 });
    const results = new Results(fake, range(0, 8), { concurrency: 2 });
    expect(fake.workers.length).toBe(2);
    await fake.up();
    for (const worker of fake.workers) await worker.run();
    // Two waited for each: a worker takes two, and one more message of the remaining ones.
    for (let at = 0; at < 8; at++) for (const worker of fake.workers) if (worker.runs.length > 0) await worker.run();
    expect(fake.workers.length).toBe(2);
    expect(Math.max(...fake.workers.flatMap(({ counts }) => counts))).toBe(2);
    expect(results.said).toEqual([...numbers(8), 'complete']);
  });

  it('are used by a stream no more at once than it may, though more are idle', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const others = numbers(3).map((n) => new Results(fake, of(n)));
    await fake.up();
    for (const worker of fake.workers) await worker.run();
    expect(others.map(({ said }) => said)).toEqual(numbers(3).map((n) => [n, 'complete']));
    const results = new Results(fake, range(0, 6), { concurrency: 2 });
    expect(fake.workers.map(({ runs }) => runs.length)).toEqual([1, 1, 0]);
    while (fake.workers.some(({ runs }) => runs.length > 0))
      for (const worker of fake.workers) if (worker.runs.length > 0) await worker.run(10);
    expect(results.said).toEqual([...numbers(6), 'complete']);
    expect(fake.workers[2]!.counts.length).toBe(1);
  });

  it('bring a stream that is pulled to read on when they have room', async () => {
    const fake = new FakeWorkers({ size: 1 });
    let read = 0;
    function* source(): Generator<number> {
      while (read < 3) yield read++;
    }
    const results = parallelMapIterable(source(), (worker, n) => worker.echo(n), fake.pool);
    const asked = [results.next(), results.next(), results.next(), results.next()];
    for (const n of [0, 1, 2]) {
      if (n === 0) await fake.up();
      expect(fake.workers[0]!.has).toEqual([n]);
      expect(read).toBe(n + 1);
      await fake.workers[0]!.run(10);
    }
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([0, 1, 2, undefined]);
  });

  it('are given one message at a time, though fn asks for more from inside', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const inner: Results[] = [];
    const outer = range(0, 2).pipe(
      parallelMap((worker, n) => {
        inner.push(new Results(fake, of(10 * n)));
        return worker.echo(n);
      }, fake.pool),
    );
    const said: unknown[] = [];
    outer.subscribe((n) => said.push(n));
    await fake.up();
    const [worker] = fake.workers;
    for (let at = 0; at < 4; at++) {
      expect(worker!.runs.length).toBe(1);
      await worker!.run(10);
    }
    expect(said).toEqual([0, 1]);
    expect(inner.map((each) => each.said)).toEqual([
      [0, 'complete'],
      [10, 'complete'],
    ]);
  });

  it('have a second message only where tasks are quick', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const more = new Subject<number>();
    const results = new Results(fake, concat(range(0, 40), more), { concurrency: 1 });
    const [worker] = fake.workers;
    await fake.up();
    expect(worker!.has).toEqual([0]);
    await worker!.run(10);
    expect(worker!.has).toEqual([1]);
    // An estimate comes down by halves.
    for (let n = 0; n < 3; n++) await worker!.run(0);
    expect(worker!.runs.length).toBe(2);
    while (worker!.runs.length > 0) await worker!.run();
    more.next(40);
    await worker!.run();
    expect(results.said).toEqual(numbers(41));
    results.subscription.unsubscribe();
  });

  it('are replaced when they have died, if there is work; each counts as a restart', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, concat(range(0, 3), NEVER), { concurrency: 1, crashRetries: 1 });
    await fake.up();
    fake.workers[0]!.begin();
    fake.workers[0]!.die();
    expect(fake.workers.map(({ gone }) => gone)).toEqual(['killed', undefined]);
    await fake.workers[1]!.up();
    expect(fake.workers[1]!.has).toEqual([0]);
    while (fake.workers[1]!.runs.length > 0) await fake.workers[1]!.run();
    expect(results.said).toEqual([0, 1, 2]);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: 3, failed: 0, restarts: 1 }));
    fake.workers[1]!.die();
    await turn();
    expect(fake.workers.length).toBe(2);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, restarts: 1 }));
  });

  it('that fail to start three times in a row fail all streams that wait; a later one has a try', async () => {
    const fake = new FakeWorkers({ size: 4 });
    const streams = [new Results(fake, range(0, 9)), new Results(fake, range(0, 9)), new Results(fake, NEVER)];
    expect(fake.workers.length).toBe(4);
    const error = new WorkerInitError('no');
    for (const worker of fake.workers.slice(0, 3)) await worker.fail(error);
    expect(fake.workers.length).toBe(4);
    expect(streams.map(({ said }) => said)).toEqual([[], [], []]);
    await fake.workers[3]!.fail(error);
    expect(streams.map(({ said }) => said)).toEqual([[error], [error], [error]]);
    const later = new Results(fake, of(1));
    expect(fake.workers.length).toBe(5);
    await fake.workers[4]!.up();
    await fake.workers[4]!.run();
    expect(later.said).toEqual([1, 'complete']);
    expect(fake.pool.stats().restarts).toBe(0);
  });

  it('are no more at once, after one has failed, than it takes to know that none starts', async () => {
    const fake = new FakeWorkers({ size: 8 });
    const error = new WorkerInitError('no');
    const first = new Results(fake, range(0, 1));
    await fake.workers[0]!.fail(error);
    expect(fake.workers.length).toBe(2);
    const many = new Results(fake, range(0, 8));
    expect(fake.workers.length).toBe(3);
    await fake.workers[1]!.fail(error);
    await fake.workers[2]!.fail(error);
    expect(fake.workers.length).toBe(3);
    expect([...first.said, ...many.said]).toEqual([error, error]);
  });

  it('of which one has come up and others fail: it goes on with that', async () => {
    const fake = new FakeWorkers({ size: 4 });
    const results = new Results(fake, range(0, 4));
    await fake.workers[0]!.up();
    for (const worker of fake.workers.slice(1)) await worker.fail(new WorkerInitError('no'));
    expect(fake.workers.length).toBe(4);
    while (fake.workers[0]!.runs.length > 0) await fake.workers[0]!.run();
    expect(results.said).toEqual([...numbers(4), 'complete']);
  });

  it('of which one has come up and others fail: a call of warmUp for more of them rejects, and another may try again', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const error = new WorkerInitError('no');
    const some = fake.pool.warmUp(1);
    const all = fake.pool.warmUp().catch((reason: unknown) => reason);
    await fake.workers[0]!.up();
    await some;
    for (const at of [1, 2, 3]) await fake.workers[at]!.fail(error);
    expect(await all).toBe(error);
    expect(fake.workers.length).toBe(4);
    // A stream that is there as well makes no difference.
    const results = new Results(fake, concat(of(0), NEVER));
    const again = fake.pool.warmUp(2);
    expect(fake.workers.length).toBe(5);
    await fake.workers[4]!.up();
    await again;
    results.subscription.unsubscribe();
  });

  for (const plain of [false, true])
    it(`are tried again after some have failed, once one has answered (${plain ? 'plain' : 'ours'})`, async () => {
      const fake = new FakeWorkers({ size: 2 }, plain ? 'plain' : 'ours');
      const results = new Results(fake, concat(range(0, 9), NEVER), { crashRetries: 1 });
      const error = new WorkerInitError('no');
      const answer = async (worker: FakeWorker): Promise<void> => {
        if (plain) worker.calls.shift()!.resolve('answer');
        else await worker.run(10);
        await turn();
      };
      await fake.up();
      for (const worker of fake.workers) await answer(worker);
      for (const worker of fake.workers.slice()) worker.die();
      expect(fake.workers.length).toBe(4);
      await fake.workers[2]!.fail(error);
      await fake.workers[3]!.fail(error);
      await fake.workers[4]!.up();
      await answer(fake.workers[4]!);
      await fake.workers[5]!.fail(error);
      expect(fake.workers.length).toBe(7);
      // Once, not for every answer: else those that fail would be tried for ever.
      for (const at of [6, 7]) {
        await answer(fake.workers[4]!);
        await fake.workers[at]!.fail(error);
      }
      expect(fake.workers.length).toBe(8);
      results.subscription.unsubscribe();
    });

  for (const plain of [false, true])
    it(`may all die at once, if they had answered: others are started (${plain ? 'plain' : 'ours'})`, async () => {
      const fake = new FakeWorkers({ size: 3 }, plain ? 'plain' : 'ours');
      const source = new Subject<number>();
      const results = new Results(fake, source);
      for (const n of [0, 1, 2]) source.next(n);
      await fake.up();
      for (const worker of fake.workers)
        if (plain) worker.calls[0]!.resolve(worker.calls[0]!.value);
        else await worker.run();
      await turn();
      for (const worker of fake.workers) worker.die();
      source.next(3);
      expect(fake.workers.length).toBe(4);
      expect(results.said).toEqual([0, 1, 2]);
    });

  for (const early of [false, true])
    it(`that come up and die before they begin anything are not started for ever (${early ? 'before they are up' : 'after'})`, async () => {
      const fake = new FakeWorkers({ size: 1 });
      const results = new Results(fake, of(0));
      for (const at of [0, 1, 2]) {
        expect(fake.workers.length).toBe(at + 1);
        if (early) fake.workers[at]!.die();
        await fake.workers[at]!.up();
        fake.workers[at]!.die();
      }
      expect(fake.workers.length).toBe(3);
      expect(results.said).toEqual([jasmine.any(WorkerInitError)]);
      expect((results.said[0] as Error).message).toBe(
        `A worker ${early ? 'was ended' : 'died'} before it had begun any task`,
      );
    });

  it('may fail now and then: what has begun a task, or answered, ends the row', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const results = new Results(fake, range(0, 3), { crashRetries: 9 });
    for (const at of numbers(9)) {
      await fake.workers[at]!.up();
      if (at % 3 === 2) fake.workers[at]!.begin();
      fake.workers[at]!.die();
    }
    await fake.workers[9]!.up();
    await fake.workers[9]!.run();
    fake.workers[9]!.die();
    await fake.workers[10]!.fail(new WorkerInitError('no'));
    await fake.workers[11]!.fail(new WorkerInitError('no'));
    await fake.workers[12]!.up();
    while (fake.workers[12]!.runs.length > 0) await fake.workers[12]!.run();
    expect(results.said).toEqual([0, 1, 2, 'complete']);
  });

  it('are ended after maxTasksPerWorker, and get no more than that', async () => {
    const fake = new FakeWorkers({ size: 1, maxTasksPerWorker: 3 });
    const results = new Results(fake, range(0, 8));
    for (let at = 0; at < 3; at++) {
      await fake.workers[at]!.up();
      while (fake.workers[at]!.runs.length > 0) await fake.workers[at]!.run();
    }
    expect(fake.workers.map(({ counts }) => counts.reduce((sum, count) => sum + count))).toEqual([3, 3, 2]);
    expect(fake.workers.map(({ gone }) => gone)).toEqual(['ended', 'ended', undefined]);
    expect(results.said).toEqual([...numbers(8), 'complete']);
    // These have not died, and only a worker that replaces one that has died counts.
    expect(fake.pool.stats().restarts).toBe(0);
    fake.workers[2]!.die();
    const more = new Results(fake, range(0, 4));
    await fake.workers[3]!.up();
    while (fake.workers[3]!.runs.length > 0) await fake.workers[3]!.run();
    await fake.workers[4]!.up();
    await fake.workers[4]!.run();
    expect(more.said).toEqual([...numbers(4), 'complete']);
    expect(fake.pool.stats().restarts).toBe(1);
  });

  it('are ended when they have been idle for idleTimeout, and not a moment sooner', async () => {
    const fake = new FakeWorkers({ size: 1, idleTimeout: 50 });
    const source = new Subject<number>();
    const results = new Results(fake, source);
    source.next(0);
    await fake.up();
    await time.pass(60);
    await fake.workers[0]!.run();
    await time.pass(49);
    source.next(1);
    await fake.workers[0]!.run();
    await time.pass(49);
    expect(fake.workers[0]!.gone).toBeUndefined();
    await time.pass(1);
    expect(fake.workers[0]!.gone).toBe('ended');
    source.next(2);
    expect(fake.workers.length).toBe(2);
    await fake.workers[1]!.up();
    await fake.workers[1]!.run();
    await time.pass(50);
    expect(fake.workers[1]!.gone).toBe('ended');
    expect(results.said).toEqual([0, 1, 2]);
    expect(fake.pool.stats().restarts).toBe(0);
  });

  it('keep the process alive while somebody waits for them, and no longer', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const starting = new Results(fake, of(0));
    const [worker] = fake.workers;
    expect(worker!.held).toBeTrue();
    starting.subscription.unsubscribe();
    expect(worker!.held).toBeFalse();
    const again = new Results(fake, of(1));
    // One that has nothing, behind one that has, and one that comes and goes.
    const silent = new Results(fake, NEVER);
    new Results(fake, of(5)).subscription.unsubscribe();
    expect(worker!.held).toBeTrue();
    again.subscription.unsubscribe();
    await fake.up();
    expect(worker!.held).toBeFalse();
    const results = new Results(fake, of(2), { terminateAfter: Infinity });
    expect(worker!.held).toBeTrue();
    worker!.begin();
    results.subscription.unsubscribe();
    expect(worker!.held).toBeFalse();
    await time.pass(1e9);
    expect(worker!.gone).toBeUndefined();
    const waiting = new Results(fake, of(3));
    expect(worker!.held).toBeTrue();
    await worker!.reply({ last: true });
    await worker!.run();
    expect(waiting.said).toEqual([3, 'complete']);
    expect(worker!.held).toBeFalse();
    expect(silent.said).toEqual([]);
  });
});
