/** When workers start and end, what each is given, and what becomes of that: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, type Observable, type Subscription, Subject, concat, filter, map, of, range } from 'rxjs';
import {
  type ParallelOptions,
  type PoolEvent,
  Transfer,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
} from '../../lib/index.ts';
import { WorkerCrashedError, WorkerInitError } from '../../lib/errors.ts';
import type { Task } from '../../lib/pool.ts';
import { BEGIN, REPLY, type RunMessage, UNCAUGHT } from '../../lib/wire.ts';
import { type FakeWorker, FakeWorkers, Time } from './fakeWorkers.ts';

/** What a stream says. */
class Results {
  readonly said: unknown[] = [];
  readonly subscription: Subscription;

  constructor(
    workers: FakeWorkers,
    source: Observable<unknown>,
    options: Omit<ParallelOptions, 'context' | 'transfer'> = {},
    operator: typeof parallelMap = parallelMap,
  ) {
    this.subscription = source.pipe(operator((worker, value) => worker.echo(value), workers.pool, options)).subscribe({
      next: (value) => this.said.push(value),
      error: (error: unknown) => this.said.push(error),
      complete: () => this.said.push('complete'),
    });
  }
}

let time: Time;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

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
    // Two waited for each: a worker takes two, and one more message of what is left.
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

  it('are replaced when they are lost, if there is work; each counts as a restart', async () => {
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

  it('that fail to start three times in a row fail all who wait; who comes later has a try', async () => {
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
    it(`may all be lost at once, if they had answered: others are started (${plain ? 'plain' : 'ours'})`, async () => {
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
    it(`that come up and are lost before they begin anything are not started for ever (${early ? 'before they are up' : 'after'})`, async () => {
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
    // These were not lost, and what is started after one that was lost is started in place of one.
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

describe('What a worker was sent', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  /** A worker with two messages: of one stream, whose tasks are known to be quick. */
  async function two(options: ConstructorParameters<typeof Results>[2] = {}, settings = { size: 1 }) {
    const fake = new FakeWorkers(settings);
    const results = new Results(fake, concat(range(0, 64), NEVER), { batch: 4, ...options });
    const worker = fake.workers[0]!;
    await fake.up();
    while (worker.counts.at(-1)! < 4) await worker.run();
    await worker.run();
    expect(worker.runs.map(({ count }) => count)).toEqual([4, 4]);
    const [first, second] = worker.has as [number, number];
    return { fake, results, worker, first, second };
  }

  it('that is lost: what ran fails, what had ended runs again by itself, what had not begun is next', async () => {
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

  it('is cancelled: what has not begun never does, what runs is given notice when it is its turn', async () => {
    const { fake, results, worker } = await two({ terminateAfter: 30 });
    const exits: PoolEvent[] = [];
    fake.pool.events$.pipe(filter(({ type }) => type === 'worker:exit')).subscribe((event) => exits.push(event));
    worker.begin();
    results.subscription.unsubscribe();
    expect(worker.cuts).toEqual(['0:0', '1:0']);
    expect(worker.begin()).toBeFalse();
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ running: 1 }));
    await time.pass(20);
    // Others come and go: the notice stays.
    const other = new Results(fake, of('other'));
    other.subscription.unsubscribe();
    await time.pass(9);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
    expect(time.timers).toBe(0);
    // A worker that is killed may tell of its end.
    worker.die();
    expect(exits.length).toBe(1);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, running: 0, failed: 0 }));
  });

  it('is cancelled from the one that fails on: those before it are delivered', async () => {
    const { results, worker, first } = await two();
    while (worker.begin());
    await worker.reply({ failed: [2], last: true });
    expect(worker.cuts).toEqual(['0:0']);
    expect(results.said).toEqual([...numbers(first + 2), `failed ${first + 2}`]);
  });

  it('is not cancelled with another stream', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const [one, other] = [new Results(fake, of(1)), new Results(fake, of(2))];
    await fake.up();
    one.subscription.unsubscribe();
    expect(fake.workers.map(({ cuts }) => cuts)).toEqual([['0:0'], []]);
    await fake.workers[1]!.run();
    expect(other.said).toEqual([2, 'complete']);
  });

  it('is not cancelled where all of it comes before the one that fails', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const results = new Results(fake, range(0, 3));
    await fake.up();
    fake.workers[1]!.begin();
    await fake.workers[1]!.reply({ failed: [0], last: true });
    expect(fake.workers[0]!.cuts).toEqual([]);
    expect(fake.workers[2]!.cuts).toEqual(['0:0']);
    expect(results.said).toEqual([]);
    await fake.workers[0]!.run();
    expect(results.said).toEqual([0, 'failed 1']);
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

  it('runs out of time so long after it has begun; not because it waited for that', async () => {
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

  it('and has not begun is taken back when another worker is idle', async () => {
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

  it('and has not begun is taken back also where another worker is busy with all that it has', async () => {
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

  it('goes to another worker where this one is lost before it came to that message, though no memory is shared', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'unshared');
    const results = new Results(fake, range(0, 5), { onError: 'settle' });
    await fake.up();
    const [worker] = fake.workers;
    const [{ id }] = worker!.runs.splice(0, 1) as [RunMessage];
    worker!.guard.onMessage({
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

  for (const every of [2, 5])
    it(`and was moved travels by itself, to a worker that is idle (each of ${every})`, async () => {
      const fake = new FakeWorkers({ size: 1 });
      const moved = (n: number): boolean => n % every === every - 1;
      const results = new Results(
        fake,
        range(0, 60).pipe(map((n) => (moved(n) ? Transfer(n, [new ArrayBuffer(1)]) : n))),
      );
      await fake.up();
      const [worker] = fake.workers;
      while (worker!.runs.length > 0) {
        for (const [at, { args, count }] of worker!.runs.entries())
          if ([...args].some((n) => moved(n as number))) expect([at, count]).toEqual([0, 1]);
        await worker!.run();
      }
      expect(results.said).toEqual([...numbers(60), 'complete']);
      // Those between travel together, where there are some.
      expect(Math.max(...worker!.counts)).toBe(every === 2 ? 1 : 4);
    });

  it('and was moved comes to a worker, though another stream always has something quick', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const quick = new Results(fake, range(0, 9000), { batch: 4 });
    const results = new Results(fake, concat(range(0, 8), of(Transfer('moved', [new ArrayBuffer(1)])), NEVER));
    await fake.up();
    while (!results.said.includes('moved') && !quick.said.includes('complete')) await fake.workers[0]!.run();
    expect(results.said).toContain('moved');
    expect(quick.said.length).toBeLessThan(1000);
  });

  it('and was moved is not taken back, though what waits behind it is', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const moved = (n: unknown): boolean => typeof n === 'number' && n % 5 === 4;
    const results = new Results(
      fake,
      range(0, 60).pipe(map((n) => (moved(n) ? Transfer(n, [new ArrayBuffer(1)]) : n))),
    );
    await fake.up();
    const [stuck, other] = fake.workers as [FakeWorker, FakeWorker];
    while (stuck.runs.length < 2 || !moved(stuck.has[0])) {
      if (stuck.runs.length > 0) await stuck.run();
      if (other.runs.length > 0) await other.run();
    }
    const [kept, behind] = stuck.has;
    while (other.runs.length > 0) await other.run();
    for (const _ of [0, 1, 2]) await time.pass(20);
    expect(other.has[0]).toBe(behind);
    while (other.runs.length > 0) await other.run();
    expect(results.said).toEqual(numbers(kept as number));
    while (stuck.runs.length > 0) await stuck.run();
    expect(results.said).toEqual([...numbers(60), 'complete']);
  });

  it('and was moved is gone with the worker, though it had not begun', async () => {
    const fake = new FakeWorkers({ size: 1 });
    for (const ended of [false, true]) {
      const moved = fake.pool.run((worker) => worker.echo(Transfer({}, [new ArrayBuffer(1)])));
      const worker = fake.workers.at(-1)!;
      await worker.up();
      if (ended && worker.begin()) worker.end();
      worker.die();
      await expectAsync(moved).toBeRejectedWithError(WorkerCrashedError);
    }
    const copied = fake.pool.run((worker) => worker.echo(1));
    await fake.workers[2]!.up();
    fake.workers[2]!.die();
    await fake.workers[3]!.up();
    await fake.workers[3]!.run();
    await expectAsync(copied).toBeResolvedTo(1);
  });

  it('is told of with its worker', async () => {
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
    fake.workers[0]!.guard.onMessage({ type: BEGIN, id: -1, offset: 0, time: 1 });
    fake.workers[0]!.guard.onMessage({ type: BEGIN, id, offset: 0, time: fake.workers[0]!.timeAt(5) });
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
    fake.workers[1]!.settle();
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

  /** A worker that runs the tasks 1 and 5 of one message, of which the latter is cancelled then. */
  async function partly() {
    const fake = new FakeWorkers({ size: 1 });
    const task = (seq: number): Task => ({
      ...{ seq, index: seq, input: seq, method: 'echo', args: [seq] },
      ...{ transfer: undefined, crashes: 0 },
    });
    // The last was put back, and so does not come next after the one before.
    const tasks = [0, 1, 5].map(task);
    const place = fake.lanes.attach({
      ...{ concurrency: 1, batch: 9, timeout: undefined, terminateAfter: 30, subscribed: new Error('subscribed') },
      waiting: () => tasks.length,
      next: () => tasks.shift(),
      ...{ putBack() {}, value() {}, failure() {}, crashed: () => false, drain() {}, closing() {}, error() {} },
    });
    place.wake();
    await fake.up();
    const worker = fake.workers[0]!;
    await worker.run();
    expect(worker.counts).toEqual([1, 2]);
    worker.begin();
    worker.begin();
    place.cancel(3);
    return { fake, worker };
  }

  for (const failed of [[], [1]])
    it(`counts for nothing where it is cancelled (${failed.length} fails)`, async () => {
      const { fake, worker } = await partly();
      await worker.reply({ last: true, failed });
      expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: 2, failed: 0, running: 0 }));
    });

  it('is given notice when only what is cancelled has not come back', async () => {
    const { worker } = await partly();
    await time.pass(30);
    expect(worker.gone).withContext('task 1 is wanted').toBeUndefined();
    const at = worker.runs[0]!;
    worker.guard.onMessage({ type: REPLY, id: at.id, from: 0, values: [1], failed: undefined, ms: 0, last: false });
    await time.pass(29);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
  });

  it('and is not told of when the worker says that it is over, is next', async () => {
    const { results, worker, first } = await two();
    worker.begin();
    worker.begin();
    await worker.reply({ last: true });
    const second = worker.runs[1]!;
    expect([...second.args].slice(0, 2)).toEqual([first + 2, first + 3]);
    while (worker.runs.length > 0) await worker.run();
    expect(results.said).toEqual(numbers(64));
  });

  it('is not more while others have taken over what it would not come to, until it is heard of', async () => {
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

  it('is given notice when it is its turn, if it is cancelled by then', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const source = new Subject<number>();
    const quick = new Results(fake, source, { terminateAfter: 30 });
    for (let n = 0; n < 8; n++) source.next(n);
    await fake.up();
    const worker = fake.workers[0]!;
    while (worker.runs.length > 0) await worker.run();
    const slow = new Results(fake, concat(of('slow'), NEVER));
    source.next(8);
    expect(worker.has).toEqual(['slow', 8]);
    worker.begin();
    quick.subscription.unsubscribe();
    await time.pass(40);
    expect(worker.gone).toBeUndefined();
    expect(worker.held).toBeTrue();
    await worker.reply({ last: true });
    expect(slow.said).toEqual(['slow']);
    // It would tell at once that it is over with what was cancelled; this one is with something else.
    await time.pass(29);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
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
      worker.guard.onMessage(data);
    expect(worker.delivered).toEqual([noise, undefined, null, 0]);
    worker.begin();
    worker.guard.onMessage({ type: UNCAUGHT, error: { kind: 'value', value: 'thrown' } });
    const error = results.said.at(-1) as WorkerCrashedError;
    expect(error.message).toBe(`The worker ended by an uncaught error (thrown) while it ran task ${first}`);
    expect(error.cause).toBe('thrown');
  });
});

describe('A pool that closes', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('delivers what was taken, ends its workers as they become idle, and is closed when they have ended', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const results = new Results(fake, concat(range(0, 3), NEVER));
    await fake.up();
    await fake.workers[0]!.run();
    const closed = jasmine.createSpy();
    const told = jasmine.createSpy();
    fake.pool.events$.subscribe({ complete: told });
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
    expect(told).toHaveBeenCalled();
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

describe('A plain worker of threads.js', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('has one call at a time, and its outcomes count as those of others', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'plain');
    const events: unknown[] = [];
    fake.pool.events$.subscribe((event) => events.push('outcome' in event ? event.outcome : event.type));
    const results = new Results(fake, range(0, 3), {}, parallelMapUnordered);
    await fake.up();
    const { calls } = fake.workers[0]!;
    for (const n of [0, 1]) {
      expect(calls.map(({ value }) => value)).toEqual([n]);
      expect(events.at(-1)).toBe('task:start');
      expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ running: 1, idle: 0, completed: n }));
      calls.shift()!.resolve(n);
      await turn();
    }
    calls.shift()!.reject('failed');
    await turn();
    expect(results.said).toEqual([0, 1, 'failed']);
    expect(events).toEqual(['worker:start', ...['task:start', 'value', 'task:start', 'value', 'task:start', 'error']]);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ running: 0, idle: 1, completed: 2, failed: 1 }));
  });

  it('is given notice for a cancelled call, which counts for nothing if it ends in time', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'plain');
    await (async () => {
      const first = new Results(fake, of(0), { terminateAfter: 30 });
      await fake.up();
      first.subscription.unsubscribe();
      await time.pass(29);
      fake.workers[0]!.calls.shift()!.resolve(0);
      await turn();
      await time.pass(30);
      expect(first.said).toEqual([]);
    })();
    expect(fake.workers[0]!.gone).toBeUndefined();
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ idle: 1, completed: 0, failed: 0 }));
    const second = new Results(fake, of(1), { terminateAfter: 30 });
    second.subscription.unsubscribe();
    // Our own messages are not for it.
    expect(fake.workers[0]!.cuts).toEqual([]);
    await time.pass(30);
    expect(fake.workers[0]!.gone).toBe('killed');
    fake.workers[0]!.calls.shift()!.resolve(1);
    await turn();
    expect(second.said).toEqual([]);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ workers: 0, completed: 0, failed: 0 }));
  });

  it('whose calls are quick has values read ahead for it', async () => {
    // They take no time at all.
    spyOn(performance, 'now').and.returnValue(5);
    const fake = new FakeWorkers({ size: 1 }, 'plain');
    let read = 0;
    function* source(): Generator<number> {
      for (;;) yield read++;
    }
    const results = parallelMapIterable(source(), (worker, n) => worker.echo(n), fake.pool);
    const asked = Array.from({ length: 9 }, () => results.next());
    await fake.up();
    for (let n = 0; n < 8; n++) {
      fake.workers[0]!.calls.shift()!.resolve(n);
      await turn();
    }
    // Eight are done, one is called, one waits for that.
    expect(read).toBe(10);
    await results.return?.();
    await Promise.all(asked);
  });

  it('that is lost fails the call that it had; what has not been called waits for another', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'plain');
    const results = new Results(fake, range(0, 2), { crashRetries: 1 });
    await fake.up();
    fake.workers[0]!.die();
    fake.workers[0]!.calls[0]!.resolve('too late');
    await turn();
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: 0, running: 0 }));
    await fake.workers[1]!.up();
    fake.workers[1]!.calls.shift()!.resolve(0);
    await turn();
    fake.workers[1]!.die();
    await fake.workers[2]!.up();
    fake.workers[2]!.die();
    expect(results.said).toEqual([0, jasmine.objectContaining({ message: 'The worker died while it ran task 1' })]);
  });
});
