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
