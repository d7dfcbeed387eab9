/** What is moved to a worker instead of copied: with workers that the spec plays. */
import { NEVER, type Observable, Subject, concat, map, of, range } from 'rxjs';
import { Transfer } from '../../../lib/index.ts';
import { CloneError, WorkerCrashedError } from '../../../lib/api/errors.ts';
import { UNREAD } from '../../../lib/protocol/messages.ts';
import { type FakeWorker, FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results, numbers } from '../../support/played.ts';

/** `count` numbers, of which `moved` says which are moved. */
const values = (count: number, moved: (n: number) => boolean = () => true): Observable<unknown> =>
  range(0, count).pipe(map((n) => (moved(n) ? Transfer(n, [new ArrayBuffer(1)]) : n)));

let time: Time;

describe('What a worker was sent that cannot be copied', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

  for (const every of [2, 5])
    it(`travels by itself, to a worker that is idle (each of ${every})`, async () => {
      const fake = new FakeWorkers({ size: 1 });
      const moved = (n: number): boolean => n % every === every - 1;
      const results = new Results(fake, values(60, moved));
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

  it('travels by itself, though it is the second of what a new worker could have at once', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const source = new Subject<unknown>();
    const results = new Results(fake, source);
    for (const n of numbers(16)) source.next(n);
    await fake.up();
    while (fake.workers[0]!.runs.length > 0) await fake.workers[0]!.run();
    expect(Math.max(...fake.workers[0]!.counts)).toBeGreaterThan(1);
    fake.workers[0]!.die();
    source.next('copied');
    source.next(Transfer('moved', [new ArrayBuffer(1)]));
    const worker = fake.workers[1]!;
    await worker.up();
    while (worker.runs.length > 0) await worker.run();
    expect(worker.counts).toEqual([1, 1]);
    expect(results.said.slice(16)).toEqual(['copied', 'moved']);
  });

  it('comes to a worker, though another stream always has something quick', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const quick = new Results(fake, range(0, 9000), { batch: 4 });
    const results = new Results(fake, concat(range(0, 8), of(Transfer('moved', [new ArrayBuffer(1)])), NEVER));
    await fake.up();
    while (!results.said.includes('moved') && !quick.said.includes('complete')) await fake.workers[0]!.run();
    expect(results.said).toContain('moved');
    expect(quick.said.length).toBeLessThan(1000);
  });

  it('is not recalled, though what waits behind it is', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const moved = (n: unknown): boolean => typeof n === 'number' && n % 5 === 4;
    const results = new Results(fake, values(60, moved));
    await fake.up();
    const [one, two] = fake.workers as [FakeWorker, FakeWorker];
    const both = (worker: FakeWorker): boolean => worker.runs.length === 2 && moved(worker.has[0]);
    while (!both(one) && !both(two) && !results.said.includes('complete'))
      for (const worker of [one, two]) if (worker.runs.length > 0 && !both(worker)) await worker.run();
    const [stuck, other] = both(one) ? [one, two] : [two, one];
    expect(both(stuck)).toBeTrue();
    const [kept, behind] = stuck.has;
    while (other.runs.length > 0) await other.run();
    for (const _ of [0, 1, 2]) await time.pass(20);
    expect(other.has[0]).toBe(behind);
    while (other.runs.length > 0) await other.run();
    expect(results.said).toEqual(numbers(kept as number));
    while (stuck.runs.length > 0) await stuck.run();
    expect(results.said).toEqual([...numbers(60), 'complete']);
  });

  it('waits at a worker, and travels together, where the user said how many may', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const moving = values(40);
    const results = new Results(fake, moving, { batch: 8 });
    await fake.up();
    const [worker] = fake.workers;
    let waiting = 0;
    while (worker!.runs.length > 0) {
      waiting = Math.max(waiting, worker!.runs.length);
      await worker!.run();
    }
    expect(waiting).toBe(2);
    expect(Math.max(...worker!.counts)).toBe(8);
    expect(results.said).toEqual([...numbers(40), 'complete']);
  });

  it('travels with nothing that is copied', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const moved = (n: number): boolean => n % 20 > 8;
    const results = new Results(fake, values(200, moved), { batch: 8 });
    await fake.up();
    const [worker] = fake.workers;
    while (worker!.runs.length > 0) {
      for (const { args } of worker!.runs) expect(new Set([...args].map((n) => moved(n as number))).size).toBe(1);
      await worker!.run();
    }
    expect(results.said).toEqual([...numbers(200), 'complete']);
  });

  it('is gone with a worker at which it waited', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const moving = values(40);
    const results = new Results(fake, moving, { batch: 8, onError: 'skip' });
    await fake.up();
    const [first] = fake.workers;
    while (first!.runs.length < 2) await first!.run();
    const lost = first!.runs.flatMap(({ args }) => Array.from(args)) as number[];
    expect(lost.length).toBeGreaterThan(2);
    first!.begin();
    first!.die();
    const second = fake.workers[1]!;
    await second.up();
    while (second.runs.length > 0) await second.run();
    expect(results.said).toEqual([...numbers(40).filter((n) => !lost.includes(n)), 'complete']);
  });

  it('is gone where the worker cannot read it, and is not sent again', async () => {
    const fake = new FakeWorkers({ size: 1 });
    const moving = values(40);
    const results = new Results(fake, moving, { batch: 8, onError: 'settle' });
    await fake.up();
    const [worker] = fake.workers;
    while (worker!.runs[0]!.count < 4) await worker!.run();
    const { args, id } = worker!.runs.shift()!;
    worker!.monitor.onMessage({ type: UNREAD, id: id - 1 });
    while (worker!.runs.length > 0) await worker!.run();
    const lost = [...args];
    const entries = (results.said as readonly PromiseSettledResult<number>[]).slice(0, -1);
    expect(entries.map(({ status }) => status)).toEqual(
      numbers(40).map((n) => (lost.includes(n) ? 'rejected' : 'fulfilled')),
    );
    for (const each of entries) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(CloneError);
  });

  it('is gone with the worker, though it had not begun', async () => {
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
});
