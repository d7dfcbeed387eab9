/** What only a page has, or does not have. */
import { of } from 'rxjs';
import { PoolClosedError, TaskTimeoutError, Worker, WorkerCrashedError, parallelMap } from '../../../lib/index.ts';
import { failureOf } from '../../support/failing.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';
import * as starting from '../../support/starting.ts';

/** Resolves when nobody has the lock. */
const free = (name: string): Promise<unknown> => navigator.locks.request(name, () => 'free');

/** Resolves when somebody has it. */
async function taken(name: string): Promise<void> {
  for (;;) {
    const { held = [] } = await navigator.locks.query();
    if (held.some((lock) => lock.name === name)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('A page', () => {
  it('has shared memory where it is cross-origin isolated, and nowhere else', () => {
    const { __karma__ } = globalThis as never as { __karma__: { config: { isolated: boolean } } };
    expect(crossOriginIsolated).toBe(__karma__.config.isolated);
    expect(typeof SharedArrayBuffer).toBe(crossOriginIsolated ? 'function' : 'undefined');
  });

  it('knows which task of a message a worker has died of where it is cross-origin isolated; else all of them fail', async () => {
    await using faulty = new FaultyPool(1);
    const inputs = [...Array(200).keys()];
    const outcomes = await faulty.settle(inputs, (worker, n) =>
      n === 150 ? worker.throwLater('error') : worker.echo(n),
    );
    const failed = [...reasons(outcomes).keys()];
    // The task after the last of the message that carried it: how long messages are is for the clock to say.
    let end = 0;
    for (const count of faulty.sent) {
      end += count;
      if (end > 150) break;
    }
    expect(failed).toEqual(crossOriginIsolated ? [150] : inputs.slice(150, end));
  });
});

describe('A worker in a page', () => {
  it('that ends itself: the task that ran fails', async () => {
    const error = await failureOf((worker) => worker.close());
    expect(error.message).toBe(
      'The worker was ended by self.close() or terminate(), not by its pool, while it ran task 5',
    );
    expect('cause' in error).toBeFalse();
  });

  it('that ends itself, with a timeout: the task has one outcome', async () => {
    await using faulty = new FaultyPool(1);
    const failing = faulty.pool.run((worker) => worker.close(), { timeout: 5000 });
    await expectAsync(failing).toBeRejectedWithError(WorkerCrashedError);
    await expectAsync(faulty.pool.run((worker) => worker.echo('on'))).toBeResolvedTo('on');
  });

  it('that ends itself between tasks: no task fails that it had not begun', async () => {
    await using faulty = new FaultyPool(1);
    await expectAsync(faulty.pool.run((worker) => worker.closeAfter(1))).toBeResolvedTo(1);
    const next = await faulty.settle([2], (worker, n) => worker.echo(n), { crashRetries: 1 });
    expect(next).toEqual([{ status: 'fulfilled', index: 0, input: 2, value: 2 }]);
    expect(faulty.workers.length).toBe(2);
  });

  it('that ends itself as it starts: WorkerInitError for everyone, by its lock or by the deadline', async () => {
    const { message } = await starting.failureOf(() => starting.start('exposes and closes'), {
      ...{ initTimeout: 200, attempts: 1, atMost: 3 },
    });
    expect(message).toMatch(/self\.close\(\)|did not call expose/);
  });

  it('that ends itself before it exposes anything: the deadline ends it', async () => {
    const { message } = await starting.failureOf(() => starting.start('closes'), { initTimeout: 100, attempts: 1 });
    expect(message).toMatch(/did not call expose\(\) within 100 ms/);
  });

  it('that is not there: the error asks for its address', async () => {
    const { message } = await starting.failureOf(
      () => new Worker(new URL('./missing.worker.js', import.meta.url), { type: 'module' }),
    );
    expect(message).toMatch(/could not be loaded \(is its URL right/);
    expect(message.includes('Cross-Origin-Embedder-Policy')).toBe(crossOriginIsolated);
  });

  // At once, for some browsers take seconds to end a loop.
  it('in an endless loop is really gone after its end, and the pool goes on', async () => {
    const after: Readonly<Record<string, (faulty: FaultyPool, name: string) => Promise<void>>> = {
      async timeout({ pool }, name) {
        const failing = pool.run((worker) => worker.lockAndLoop(name), { timeout: 3000 });
        await taken(name);
        await expectAsync(failing).toBeRejectedWithError(TaskTimeoutError);
      },
      async unsubscribed({ pool }, name) {
        const subscription = of(name)
          .pipe(parallelMap((worker) => worker.lockAndLoop(name), pool, { terminateAfter: 20 }))
          .subscribe(fail);
        await taken(name);
        subscription.unsubscribe();
      },
      async terminated({ pool, workers }, name) {
        const failing = pool.run((worker) => worker.lockAndLoop(name));
        await taken(name);
        workers[0]!.terminate();
        await expectAsync(failing).toBeRejectedWithError(WorkerCrashedError, /or terminate\(\).* task 0$/);
      },
      async closed({ pool }, name) {
        const failing = pool.run((worker) => worker.lockAndLoop(name));
        await taken(name);
        await Promise.all([
          expectAsync(failing).toBeRejectedWithError(PoolClosedError),
          pool.close({ drain: false }).then(async () => {
            const { held = [] } = await navigator.locks.query();
            expect(held.map((lock) => lock.name)).not.toContain(name);
          }),
        ]);
      },
      async inline(_faulty, name) {
        const spin = async (lock: string): Promise<number> => {
          await new Promise((resolve) => void navigator.locks.request(lock, () => new Promise(resolve as never)));
          for (;;);
        };
        const subscription = of(name).pipe(parallelMap(spin, 1)).subscribe(fail);
        await taken(name);
        subscription.unsubscribe();
      },
    };
    await Promise.all(
      Object.entries(after).map(async ([name, end]) => {
        await using faulty = new FaultyPool(1);
        await end(faulty, name);
        expect(await free(name))
          .withContext(name)
          .toBe('free');
        if (name !== 'closed') await expectAsync(faulty.pool.run((worker) => worker.echo(name))).toBeResolvedTo(name);
      }),
    );
  });

  it('leaves nothing to the page of the errors that it ends by', async () => {
    const heard: unknown[] = [];
    const listen = (event: Event): void => void heard.push(event);
    addEventListener('error', listen);
    await failureOf((worker) => worker.throwLater('error'));
    await failureOf((worker) => worker.rejectLater('text'));
    // What a worker reports after its end would come by now.
    await new Promise((resolve) => setTimeout(resolve, 50));
    removeEventListener('error', listen);
    expect(heard).toEqual([]);
  });
});
