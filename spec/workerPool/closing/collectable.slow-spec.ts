import { NEVER, type OperatorFunction, Subject, concat, map, range } from 'rxjs';
import { Worker, parallelMap, parallelMapIterable, parallelMapUnordered, workerPool } from '../../../lib/index.ts';
import type { LeaksApi } from '../../fixtures/leaks.worker.ts';
import { References } from '../../support/references.ts';

interface Input {
  readonly payload: Uint8Array;
}

const openPool = () =>
  workerPool<LeaksApi>(
    () => new Worker(new URL('../../fixtures/leaks.worker.js', import.meta.url), { type: 'module' }),
    // What the worker keeps is asked of the one that had it.
    { size: 1 },
  );

const COUNT = 500;

/** Pushes inputs, and waits for as many results, while the stream lives; returns how many objects are kept. */
async function kept(operator: OperatorFunction<Input, unknown>): Promise<number> {
  const objects = new References();
  const source = new Subject<Input>();
  let results = 0;
  const subscription = await new Promise<{ unsubscribe(): void }>((resolve, reject) => {
    const callSite = source.pipe(operator).subscribe({
      next(result) {
        objects.add(result as object);
        if (++results === COUNT) resolve(callSite);
      },
      error: reject,
    });
    for (let nth = 0; nth < COUNT; nth++) source.next(objects.add({ payload: objects.add(Uint8Array.of(nth)) }));
  });
  const left = await objects.remaining();
  subscription.unsubscribe();
  return left;
}

describe('What has been emitted', () => {
  for (const [name, operator] of Object.entries({ parallelMap, parallelMapUnordered }))
    describe(`by a live ${name}`, () => {
      it('is kept on neither side of a shared pool', async () => {
        await using pool = openPool();
        expect(await kept(operator((worker, input: Input) => worker.renew(input), pool))).toBe(0);
        expect(await pool.run((worker) => worker.remaining())).toBe(0);
      });

      it('is not kept with a timeout, tries, and a signal', async () => {
        await using pool = openPool();
        const { signal } = new AbortController();
        const options = { timeout: 60_000, crashRetries: 2, signal };
        expect(await kept(operator((worker, input: Input) => worker.renew(input), pool, options))).toBe(0);
      });

      it('is not kept where it is what an error says of its task', async () => {
        await using pool = openPool();
        const options = { onError: 'settle' as const };
        expect(await kept(operator((worker, _input: Input) => worker.fail(), pool, options))).toBe(0);
      });

      it('is not kept by a pool of its own', async () => {
        expect(await kept(operator(({ payload }: Input) => ({ payload }), 2))).toBe(0);
      });
    });

  it('by an iterator that goes on is not kept', async () => {
    await using pool = openPool();
    const objects = new References();
    function* inputs(): Generator<Input> {
      for (let nth = 0; ; nth++) yield objects.add({ payload: objects.add(Uint8Array.of(nth)) });
    }
    const results = parallelMapIterable(inputs(), (worker, input) => worker.renew(input), pool, { window: 8 });
    const take = async (): Promise<unknown> => objects.add((await results.next()).value as object);
    for (let nth = 0; nth < COUNT; nth++) await take();
    // Those that the window holds are still to come.
    expect(await objects.remaining(3 * 8)).toBeLessThanOrEqual(3 * 8);
    await results.return?.();
    expect(await objects.remaining()).toBe(0);
  });
});

describe('What is dropped', () => {
  for (const overflow of ['drop-oldest', 'drop-newest'] as const)
    it(`is not kept (${overflow})`, async () => {
      await using pool = openPool();
      const objects = new References();
      const source = new Subject<object>();
      const subscription = source
        .pipe(parallelMap((worker) => worker.never(), pool, { maxPending: 1, overflow, terminateAfter: 0 }))
        .subscribe();
      for (let nth = 0; nth < COUNT; nth++) source.next(objects.add({ nth }));
      // The one that runs, and the one that waits.
      expect(await objects.remaining(2)).toBeLessThanOrEqual(2);
      subscription.unsubscribe();
    });

  it('by unsubscribing is not kept by the pool, whatever still runs', async () => {
    await using pool = openPool();
    const objects = new References();
    const running = new Promise<void>((resolve) => {
      pool.events$.subscribe((event) => {
        if (event.type === 'task:start') resolve();
      });
    });
    const inputs = range(0, COUNT).pipe(map((nth) => objects.add({ nth })));
    const subscription = concat(inputs, NEVER)
      .pipe(parallelMap((worker, _input: object) => worker.never(), pool, { terminateAfter: Infinity }))
      .subscribe();
    await running;
    subscription.unsubscribe();
    // The one that runs keeps its worker, and its worker its message.
    expect(await objects.remaining(1)).toBeLessThanOrEqual(1);
    await pool.close({ drain: false });
  });
});

describe('A worker of ours', () => {
  it('keeps no listener that was removed', async () => {
    const worker = new Worker(new URL('../../fixtures/leaks.worker.js', import.meta.url), { type: 'module' });
    const heard = new References();
    const listening = worker as unknown as Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
    const listen = (nth: number): void => {
      const listener = heard.add(() => nth);
      listening.addEventListener('message', listener);
      listening.removeEventListener('message', listener);
    };
    for (let nth = 0; nth < 3; nth++) listen(nth);
    expect(await heard.remaining()).toBe(0);
    await worker.terminate();
  });
});

describe('Streams that share a signal', () => {
  it('are one listener of it, so that Node does not warn of many', async () => {
    await using pool = openPool();
    const controller = new AbortController();
    const { signal } = controller;
    const add = spyOn(signal, 'addEventListener').and.callThrough();
    const remove = spyOn(signal, 'removeEventListener').and.callThrough();
    const runs = Array.from({ length: 20 }, () => pool.run((worker) => worker.never(), { signal }));
    const iterators = Array.from({ length: 20 }, () =>
      parallelMapIterable([1], (worker) => worker.never(), pool, { signal }).next(),
    );
    controller.abort('enough');
    for (const each of [...runs, ...iterators]) await expectAsync(each).toBeRejectedWith('enough');
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.calls.allArgs()).toEqual(add.calls.allArgs());
    await pool.close({ drain: false });
  });
});
