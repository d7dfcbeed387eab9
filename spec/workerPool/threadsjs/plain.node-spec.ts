/** Workers that know nothing of batches: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { of, range } from 'rxjs';
import { replaceClock } from '../../../lib/primitives/clock.ts';
import { parallelMapIterable, parallelMapUnordered } from '../../../lib/index.ts';
import { FakeWorkers, Time } from '../../support/fakeWorkers.ts';
import { Results } from '../../support/played.ts';

let time: Time;

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
    const clock = replaceClock({ monotonic: () => 5 });
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
    replaceClock(clock);
  });

  it('that dies fails the call that it had; what has not been called waits for another', async () => {
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
