/** Cancelled tasks at a worker: with workers that the spec plays. */
import { NEVER, Subject, concat, filter, of, range } from 'rxjs';
import type { PoolEvent } from '../../../lib/index.ts';
import type { Task } from '../../../lib/pool/contract.ts';
import { REPLY } from '../../../lib/protocol/messages.ts';
import { FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results, numbers, two } from '../../support/played.ts';

let time: Time;

describe('What a worker was sent, and nobody waits for any more,', () => {
  beforeEach(() => (time = new Time()));
  afterEach(() => time[Symbol.dispose]());

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
    // A worker that is killed may report its end.
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

  /** A worker that runs the tasks 1 and 5 of one message, of which the latter is cancelled then. */
  async function partly() {
    const fake = new FakeWorkers({ size: 1 });
    const task = (seq: number): Task => ({
      ...{ seq, index: seq, input: seq, method: 'echo', args: [seq] },
      ...{ transfer: undefined, crashes: 0 },
    });
    // The last was put back, and so does not come next after the one before.
    const tasks = [0, 1, 5].map(task);
    const place = fake.slots.attach({
      ...{ concurrency: 1, batch: 9, timeout: undefined, terminateAfter: 30, callSite: new Error('subscribed') },
      inContext: (act) => act(),
      waiting: () => tasks.length,
      next: () => tasks.shift(),
      ...{ putBack() {}, value() {}, failure() {}, crashed: () => false, proceed() {}, closing() {}, error() {} },
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
    worker.monitor.onMessage({ type: REPLY, id: at.id, from: 0, values: [1], failed: undefined, ms: 0, last: false });
    await time.pass(29);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
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
    // It would report at once that the cancelled batch is over, but is busy with another.
    await time.pass(29);
    expect(worker.gone).toBeUndefined();
    await time.pass(1);
    expect(worker.gone).toBe('killed');
  });
});
