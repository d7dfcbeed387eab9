/** A pool that is paused, of workers that the spec plays. */
import { of, range } from 'rxjs';
import { FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results, numbers, two } from '../../support/played.ts';

let time: Time;

describe('A pool of workers that is paused', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  it('recalls what its workers have not begun, and emits what they had', async () => {
    const { fake, results, worker, first } = await two();
    worker.begin();
    fake.pool.pause();
    expect(worker.begin()).toBeFalse();
    await worker.reply({ last: true });
    await worker.reply({ last: true });
    expect(results.said.at(-1)).toBe(first);
    expect(worker.runs).toEqual([]);
    expect(fake.pool.stats()).toEqual(jasmine.objectContaining({ idle: 1, running: 0, paused: true }));
    fake.pool.resume();
    for (let times = 0; times < 100 && results.said.length < 64; times++) await worker.run();
    expect(results.said).toEqual(numbers(64));
  });

  it('starts no worker, and keeps none alive', async () => {
    const fake = new FakeWorkers({ size: 2 });
    fake.pool.pause();
    const results = new Results(fake, of(1));
    expect(fake.workers).toEqual([]);
    fake.pool.resume();
    await fake.up();
    await fake.workers[0]!.run();
    expect(results.said).toEqual([1, 'complete']);
    fake.pool.pause();
    void new Results(fake, range(0, 9));
    expect(fake.workers.map(({ held }) => held)).toEqual([false]);
    fake.pool.resume();
    expect(fake.workers[0]!.held).toBeTrue();
  });

  it('has workers that make calls of each, and are up by warmUp', async () => {
    const fake = new FakeWorkers({ size: 1 });
    fake.pool.pause();
    const up = fake.pool.warmUp();
    await fake.up();
    await up;
    const made = fake.pool.each((worker) => worker.echo('each'));
    const [worker] = fake.workers;
    expect(worker!.has).toEqual(['each']);
    await worker!.run();
    expect(await made).toEqual([{ status: 'fulfilled', value: 'each' }]);
  });

  it('asks a source that is pulled for nothing', async () => {
    const fake = new FakeWorkers({ size: 1 });
    fake.pool.pause();
    let asked = 0;
    function* values(): Generator<number> {
      for (;;) yield asked++;
    }
    const pulled = fake.pool.mapIterable(values(), (worker, n) => worker.echo(n));
    const result = pulled.next();
    expect(asked).toBe(0);
    fake.pool.resume();
    await fake.up();
    await fake.workers[0]!.run();
    expect(await result).toEqual({ done: false, value: 0 });
    await pulled.return!();
  });
});
