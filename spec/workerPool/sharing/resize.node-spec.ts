/** A pool of workers that becomes larger and smaller. */
import { NEVER, Subject, concat, filter, firstValueFrom, lastValueFrom, of, range, tap, toArray } from 'rxjs';
import { parallelMap } from '../../../lib/index.ts';
import { cellsOf, say, waitAsync } from '../../support/cells.ts';
import { type FakeWorker, FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { FaultyPool } from '../../support/faulty.ts';
import { Results, numbers } from '../../support/played.ts';

describe('A pool of workers that is resized', () => {
  for (const [what, options] of Object.entries({ any: {}, sticky: { key: (n: number) => n % 7, sticky: true } }))
    it(`runs each task once, whatever its size becomes under load (${what})`, async () => {
      await using faulty = new FaultyPool(3);
      const tally = cellsOf(2000);
      const sizes = [1, 4, 2, 5, 1, 3];
      let resized = 0;
      const results = range(0, 2000).pipe(
        parallelMap((worker, _n: number) => worker.count(tally), faulty.pool, options),
        tap((n) => n % 100 === 0 && faulty.pool.resize(sizes[resized++ % sizes.length]!)),
        toArray(),
      );
      expect(await lastValueFrom(results)).toEqual(numbers(2000));
      expect([...tally]).toEqual(numbers(2000).map(() => 1));
      expect(faulty.pool.stats().restarts).toBe(0);
    });

  it('loses nothing while its workers die', async () => {
    await using faulty = new FaultyPool(3);
    const tally = cellsOf(300);
    const sizes = [1, 3, 2];
    let resized = 0;
    const results = range(0, 300).pipe(
      parallelMap((worker, n) => (n % 60 === 17 ? worker.exitOnce(tally) : worker.count(tally)), faulty.pool, {
        crashRetries: 1,
      }),
      tap((n) => n % 20 === 0 && faulty.pool.resize(sizes[resized++ % sizes.length]!)),
      toArray(),
    );
    expect(await lastValueFrom(results)).toEqual(numbers(300));
  });

  it('gives the keys of a worker that is stuck to others', async () => {
    await using faulty = new FaultyPool(2);
    const { pool } = faulty;
    const cells = cellsOf(2);
    const sticky = { key: (n: number) => n % 8, sticky: true };
    const echoes = range(0, 200).pipe(
      pool.map((worker, n) => worker.echo(n), sticky),
      toArray(),
    );
    expect(await lastValueFrom(echoes)).toEqual(numbers(200));
    const stuck = pool.run((worker) => worker.block(cells));
    await waitAsync(cells, 0);
    pool.resize(1);
    expect(await lastValueFrom(echoes)).toEqual(numbers(200));
    say(cells, 1);
    await stuck;
  });

  it('is served by others where a worker is stuck', async () => {
    await using faulty = new FaultyPool(1);
    const { pool } = faulty;
    const cells = cellsOf(2);
    const stuck = pool.run((worker) => worker.block(cells));
    await waitAsync(cells, 0);
    for (const size of [2, 1, 3, 1]) {
      pool.resize(size);
      const results = range(0, 50).pipe(
        pool.map((worker, n) => worker.echo(n)),
        toArray(),
      );
      expect(await lastValueFrom(results))
        .withContext(String(size))
        .toEqual(numbers(50));
    }
    const exit = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'worker:exit')));
    say(cells, 1);
    await stuck;
    await exit;
    expect(pool.stats()).toEqual(jasmine.objectContaining({ workers: 1, restarts: 0 }));
  });
});

describe('Workers of a pool that is resized', () => {
  let time: Time;
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  /** `size` workers, each with two messages of a stream that goes on. */
  async function loaded(size: number): Promise<{ fake: FakeWorkers; results: Results; workers: FakeWorker[] }> {
    const fake = new FakeWorkers({ size });
    const results = new Results(fake, concat(range(0, 300), NEVER), { batch: 4 });
    await fake.up();
    for (let n = 0; n < 5; n++) for (const worker of fake.workers) await worker.run();
    expect(fake.workers.map(({ runs }) => runs.length)).toEqual(fake.workers.map(() => 2));
    return { fake, results, workers: fake.workers };
  }

  it('are ended as they become idle; what they have not begun goes to others', async () => {
    const { fake, results, workers } = await loaded(2);
    const [a, b] = workers as [FakeWorker, FakeWorker];
    a.begin();
    b.begin();
    fake.pool.resize(1);
    expect(fake.pool.size).toBe(1);
    // The one that has been at it for longest.
    expect([a.begin(), b.begin()]).toEqual([false, true]);
    await a.reply({ last: true });
    expect(a.gone).toBeUndefined();
    await a.reply({ last: true });
    expect([a.gone, b.gone]).toEqual(['ended', undefined]);
    for (let times = 0; times < 200 && results.said.length < 300; times++) await b.run();
    expect(results.said).toEqual(numbers(300));
    expect(workers.length).toBe(2);
  });

  it('that are idle or not up are ended first, at once, but for one that can serve', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const values = new Subject<number>();
    void new Results(fake, values);
    values.next(0);
    values.next(1);
    values.next(2);
    const [a, b, c] = fake.workers as [FakeWorker, FakeWorker, FakeWorker];
    await a.up();
    await b.up();
    await b.run();
    await b.run();
    a.begin();
    fake.pool.resize(2);
    expect([a, b, c].map(({ gone }) => gone)).toEqual([undefined, undefined, 'given up']);
    fake.pool.resize(1);
    expect([a, b, c].map(({ gone }) => gone)).toEqual([undefined, undefined, 'given up']);
    await a.reply({ last: true });
    expect([a.gone, b.gone]).toEqual(['ended', undefined]);
    values.next(3);
    expect(b.has).toEqual([3]);
    expect(fake.workers.length).toBe(3);
  });

  it('go on where the pool is made as large again before they are idle', async () => {
    const { fake, workers } = await loaded(2);
    for (const worker of workers) worker.begin();
    fake.pool.resize(1);
    fake.pool.resize(2);
    for (const worker of workers) await worker.run();
    for (const worker of workers) await worker.run();
    expect(workers.map(({ gone }) => gone)).toEqual([undefined, undefined]);
    expect(workers.map(({ runs }) => runs.length > 0)).toEqual([true, true]);
  });

  it('are not replaced where they die and are too many', async () => {
    const { fake, results, workers } = await loaded(2);
    const [a, b] = workers as [FakeWorker, FakeWorker];
    b.begin();
    fake.pool.resize(1);
    a.die();
    for (let times = 0; times < 200 && results.said.length < 300; times++) await b.run();
    expect(results.said).toEqual(numbers(300));
    expect(workers.length).toBe(2);
    fake.pool.resize(2);
    void new Results(fake, of(1, 2));
    expect(fake.pool.stats().restarts).toBe(0);
  });

  it('are started for what waits, also for a source that is pulled', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const pulled = fake.pool.mapIterable(numbers(9), (worker, n) => worker.echo(n));
    const results = [pulled.next(), pulled.next()];
    await fake.up();
    expect(fake.workers.length).toBe(1);
    fake.pool.resize(2);
    expect(fake.workers.length).toBe(2);
    for (const worker of fake.workers) await worker.up();
    for (const worker of fake.workers) while (worker.runs.length > 0) await worker.run();
    expect((await Promise.all(results)).map(({ value }) => value)).toEqual([0, 1]);
    await pulled.return!();
  });

  it('are up for warmUp when there are as many as the pool is of', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const warm = fake.pool.warmUp(2);
    await fake.workers[0]!.up();
    fake.pool.resize(1);
    await warm;
    expect(fake.pool.stats().workers).toBe(1);
  });

  it('make no calls of each where they are too many, but those that they had to make', async () => {
    const { fake, workers } = await loaded(2);
    for (const worker of workers) worker.begin();
    const first = fake.pool.each((worker) => worker.echo('first'));
    fake.pool.resize(1);
    const second = fake.pool.each((worker) => worker.echo('second'));
    for (let times = 0; times < 20; times++)
      for (const worker of workers) if (worker.runs.length > 0) await worker.run();
    expect((await first).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await second).map(({ status }) => status)).toEqual(['fulfilled']);
  });
});
