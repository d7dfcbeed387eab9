/** Streams of different priorities at one pool of workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, Subject, concat, of, range } from 'rxjs';
import { type FakeWorker, FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { REPLY } from '../../../lib/protocol/messages.ts';
import { Results, numbers, two } from '../../support/played.ts';

let time: Time;

/** The most steps: what never comes fails, and does not run for ever. */
const MANY = 100;

/** Runs messages to their end until `done`. */
async function play(worker: FakeWorker, done: () => boolean): Promise<void> {
  for (let times = 0; times < MANY && !done(); times++) await worker.run();
  expect(done()).toBeTrue();
}

describe('A stream of a higher priority', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('waits for one task of those below, not for all that were sent', async () => {
    const { fake, worker, results, first } = await two();
    worker.begin();
    const found = new Results(fake, of('found'), { priority: 1 });
    expect(worker.begin()).withContext('the rest of the message').toBeFalse();
    await worker.reply({ last: true });
    expect(results.said.at(-1)).toBe(first);
    expect(worker.begin()).withContext('the second message').toBeFalse();
    await worker.reply({ last: true });
    expect(worker.has[0]).toBe('found');
    await worker.run();
    expect(found.said).toEqual(['found', 'complete']);
    await play(worker, () => results.said.length === 64);
    expect(results.said).toEqual(numbers(64));
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ completed: 65, running: 0, restarts: 0 }));
  });

  it('gets the same by a call', async () => {
    const { fake, worker } = await two();
    worker.begin();
    const found = fake.pool.run((remote) => remote.echo('found'), { priority: 1 });
    expect(worker.begin()).toBeFalse();
    await worker.reply({ last: true });
    await worker.reply({ last: true });
    expect(worker.has[0]).toBe('found');
    await worker.run();
    expect(await found).toBe('found');
  });

  it('recalls no tasks of its own priority, nor of those above', async () => {
    const { fake, worker } = await two({ priority: 2 });
    worker.begin();
    const equal = new Results(fake, of('equal'), { priority: 2 });
    const lower = new Results(fake, of('lower'), { priority: 1 });
    for (let n = 0; n < 3; n++) expect(worker.begin()).toBeTrue();
    await worker.reply({ last: true });
    await play(worker, () => equal.said.length > 0);
    expect(equal.said).toEqual(['equal', 'complete']);
    expect(lower.said).toEqual([]);
  });

  it('frees as many workers as it has tasks; and all, if those are not heard of', async () => {
    const fake = new FakeWorkers({ size: 3 });
    void new Results(fake, concat(range(0, 300), NEVER), { batch: 4 });
    await fake.up();
    for (let n = 0; n < 5; n++) for (const worker of fake.workers) await worker.run();
    for (const worker of fake.workers) worker.begin();
    const values = new Subject<string>();
    const found = new Results(fake, values, { priority: 1 });
    values.next('a');
    const [a, b, c] = fake.workers as [FakeWorker, FakeWorker, FakeWorker];
    expect([a.begin(), b.begin(), c.begin()]).toEqual([false, true, true]);
    values.next('b');
    expect([a.begin(), b.begin(), c.begin()]).toEqual([false, true, true]);
    await time.pass(20);
    expect([a.begin(), b.begin(), c.begin()]).toEqual([false, false, false]);
    await c.reply({ last: true });
    await c.reply({ last: true });
    await c.run();
    expect(found.said).toEqual(['a']);
  });

  it('frees none where its concurrency lets it use no more', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const values = new Subject<string>();
    void new Results(fake, values, { priority: 1, concurrency: 1 });
    void new Results(fake, concat(range(0, 64), NEVER), { batch: 4 });
    await fake.up();
    const worker = fake.workers[0]!;
    values.next('a');
    await play(worker, () => worker.has[0] === 'a');
    values.next('b');
    expect(worker.runs.length).toBe(1);
    await worker.run();
    expect(worker.has).toEqual(['b']);
  });

  it('does not wait behind quick tasks of those below, nor lets these before it', async () => {
    const { fake, worker } = await two();
    const values = new Subject<string>();
    const found = new Results(fake, values, { priority: 1 });
    values.next('a');
    await play(worker, () => found.said.length > 0);
    // Now it is known to be quick, and could follow at once.
    worker.begin();
    values.next('b');
    expect(worker.has).not.toContain('b');
    await worker.reply({ last: true });
    await play(worker, () => found.said.length > 1);
    expect(found.said).toEqual(['a', 'b']);
  });

  it('that is pulled is asked for its next value first', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const background = new Results(fake, range(0, 100), { batch: 1 });
    await fake.up();
    const worker = fake.workers[0]!;
    const pulled = fake.pool.mapIterable(['a', 'b'], (remote, value) => remote.echo(value), { priority: 1 });
    const results = [pulled.next(), pulled.next()];
    await play(worker, () => worker.has[0] === 'a');
    await worker.run();
    expect(worker.has).toEqual(['b']);
    await worker.run();
    expect(await Promise.all(results)).toEqual([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
    ]);
    expect(background.said.length).toBeLessThan(5);
    background.subscription.unsubscribe();
  });

  it('waits for what was sent where nothing can be recalled', async () => {
    const fake = new FakeWorkers({ size: 1 }, 'unshared');
    const background = new Results(fake, concat(range(0, 8), NEVER), { batch: 4 });
    await fake.up();
    const worker = fake.workers[0]!;
    const answer = async (): Promise<void> => {
      const { args, id } = worker.runs.shift()!;
      worker.monitor.onMessage({ type: REPLY, id, from: 0, values: [...args], ms: 0, packing: 0, last: true });
      await turn();
    };
    await answer();
    await answer();
    const found = new Results(fake, of('found'), { priority: 1 });
    while (worker.runs.length > 0) await answer();
    expect(found.said).toEqual(['found', 'complete']);
    expect(background.said).toEqual(numbers(8));
  });

  it('does not count recalled tasks among those that its worker may have', async () => {
    const fake = new FakeWorkers({ size: 1, maxTasksPerWorker: 20 });
    const background = new Results(fake, range(0, 64), { batch: 4 });
    await fake.up();
    const worker = fake.workers[0]!;
    for (let n = 0; n < 8; n++) {
      const found = fake.pool.run((remote) => remote.echo(`found ${n}`), { priority: 1 });
      await play(worker, () => worker.has[0] === `found ${n}`);
      await worker.run();
      await found;
      worker.begin();
    }
    expect(background.said.length).toBeGreaterThan(6);
    expect(fake.workers.length).toBe(1);
  });
});
