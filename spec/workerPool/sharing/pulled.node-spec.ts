/** A stream that pulls, and found no room when it looked: with workers that the spec plays. */
import { setImmediate as turn } from 'node:timers/promises';
import { NEVER, concat, of } from 'rxjs';
import { WorkerInitError, parallelMapIterable } from '../../../lib/index.ts';
import { FakeWorkers } from '../../support/fakeWorkers.ts';
import { Results } from '../../support/played.ts';

/** The only worker of a pool has another stream's task, or is being started for it, while a stream that pulls has none. */
async function waiting({ up, maxTasksPerWorker }: { readonly up: boolean; readonly maxTasksPerWorker?: number }) {
  const fake = new FakeWorkers({ size: 1, maxTasksPerWorker });
  const other = new Results(fake, concat(of(0), NEVER));
  if (up) await fake.up();
  const pulled = parallelMapIterable([1], (worker, n) => worker.echo(n), fake.pool);
  const first = pulled.next();
  await turn();
  return { fake, first, other, worker: fake.workers[0]! };
}

/** Another worker is there for it. */
async function comes({ fake, first }: Pick<Awaited<ReturnType<typeof waiting>>, 'fake' | 'first'>): Promise<void> {
  await turn();
  const worker = fake.workers[1];
  if (worker === undefined) return fail('No other worker was started');
  await worker.up();
  expect(worker.has).toEqual([1]);
  await worker.run();
  expect(await first).toEqual({ done: false, value: 1 });
}

describe('A stream that pulls, where no worker had room,', () => {
  it('has another worker when that which was busy has died', async () => {
    const { fake, first, worker } = await waiting({ up: true });
    worker.begin();
    worker.die();
    await comes({ fake, first });
  });

  it('and the worker that is started has a task of another, is served by the next with room', async () => {
    const fake = new FakeWorkers({ size: 2 });
    const died = new Results(fake, of(0));
    const stays = new Results(fake, of(1));
    await fake.up();
    const pulled = parallelMapIterable([2, 3], (worker, n) => worker.echo(n), fake.pool);
    const results = [pulled.next(), pulled.next()];
    await turn();
    const pushed = new Results(fake, of(4));
    // In one pass there is room for it, a worker that could be started, and then there is not.
    fake.workers[0]!.begin();
    fake.workers[0]!.die();
    await fake.up();
    for (let times = 0; times < 9; times++)
      for (const each of fake.workers) {
        await turn();
        if (each.runs.length > 0 && each !== fake.workers[0]) await each.run();
      }
    expect(await Promise.all(results)).toEqual([2, 3].map((value) => ({ done: false, value })));
    expect([...stays.said, ...pushed.said]).toEqual([1, 'complete', 4, 'complete']);
    expect(died.said.length).toBe(1);
  });

  it('has another when that has had all the tasks that it may have', async () => {
    const { fake, first, worker } = await waiting({ up: true, maxTasksPerWorker: 1 });
    await worker.run();
    expect(worker.gone).toBe('ended');
    await comes({ fake, first });
  });

  it('has another when that which was started for a stream that has left does not come up', async () => {
    const { fake, first, other, worker } = await waiting({ up: false });
    other.subscription.unsubscribe();
    await worker.fail(new WorkerInitError('not today'));
    await comes({ fake, first });
  });

  it('reads on where what it has is for a worker that is busy (sticky)', async () => {
    const fake = new FakeWorkers({ size: 3 });
    const sticky = { key: (name: unknown) => name, sticky: true };
    const first = new Results(fake, of('a'), sticky);
    await fake.up();
    await fake.workers[0]!.run();
    expect(first.said).toEqual(['a', 'complete']);
    const busy = new Results(fake, concat(of('busy'), NEVER));
    expect(fake.workers[0]!.has).toEqual(['busy']);
    const options = { ...sticky, ordered: false };
    const pulled = parallelMapIterable(['a', 'b', 'c'], (worker, name) => worker.echo(name), fake.pool, options);
    for (const name of ['b', 'c']) {
      const next = pulled.next();
      await turn();
      if (name === 'b') await fake.workers[1]!.up();
      expect(fake.workers[1]!.has).toEqual([name]);
      await fake.workers[1]!.run();
      expect(await next).toEqual({ done: false, value: name });
    }
    await pulled.return!();
    busy.subscription.unsubscribe();
  });
});
