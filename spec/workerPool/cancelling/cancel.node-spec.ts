import { count, NEVER, concat, firstValueFrom, from, interval, lastValueFrom, of, range, take } from 'rxjs';
import { parallelMap, parallelMapUnordered } from '../../../lib/index.ts';
import { cellsOf, say, waitAsync } from '../../support/cells.ts';
import { FaultyPool } from '../../support/faulty.ts';

const exited = (worker: unknown): Promise<unknown> =>
  new Promise((resolve) => (worker as NodeJS.EventEmitter).once('exit', resolve));

describe('Unsubscribing from a shared pool', () => {
  for (const how of ['untilAborted', 'pollAborted'] as const)
    it(`aborts the signal of the task that runs (${how}); its worker is kept`, async () => {
      await using faulty = new FaultyPool(1);
      const cells = cellsOf(2);
      const subscription = of(0)
        .pipe(parallelMap((worker) => worker[how](cells), faulty.pool, { terminateAfter: Infinity }))
        .subscribe(fail);
      await waitAsync(cells, 0);
      subscription.unsubscribe();
      await waitAsync(cells, 1);
      await expectAsync(faulty.pool.run((worker) => worker.echo('next'))).toBeResolvedTo('next');
      expect(faulty.workers.length).toBe(1);
    });

  it('ends the worker of a task that does not listen, after terminateAfter', async () => {
    await using faulty = new FaultyPool(1);
    const cells = cellsOf(2);
    const subscription = concat(of(0), NEVER)
      .pipe(parallelMap((worker) => worker.block(cells), faulty.pool, { terminateAfter: 20 }))
      .subscribe(fail);
    await waitAsync(cells, 0);
    subscription.unsubscribe();
    await exited(faulty.workers[0]);
    await expectAsync(faulty.pool.run((worker) => worker.echo('next'))).toBeResolvedTo('next');
    expect(faulty.workers.length).toBe(2);
    expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ failed: 0, restarts: 1 }));
  });

  it('leaves a task that does not listen its slot until it has ended: no more run than the pool has workers', async () => {
    await using faulty = new FaultyPool(1);
    const cells = cellsOf(2);
    const subscription = of(0)
      .pipe(parallelMap((worker) => worker.block(cells), faulty.pool, { terminateAfter: Infinity }))
      .subscribe(fail);
    await waitAsync(cells, 0);
    subscription.unsubscribe();
    const next = faulty.pool.run((worker) => worker.read(cells, 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    say(cells, 1);
    expect(await next)
      .withContext('it began after the gate was open')
      .toBe(1);
    expect(faulty.workers.length).toBe(1);
  });

  it('drops what was sent and has not begun', async () => {
    await using faulty = new FaultyPool(1);
    const cells = cellsOf(2);
    const tally = cellsOf(2000);
    const subscription = range(0, 2000)
      .pipe(
        parallelMap((worker, n) => (n === 1000 ? worker.block(cells) : worker.count(tally)), faulty.pool, {
          terminateAfter: Infinity,
        }),
      )
      .subscribe();
    await waitAsync(cells, 0);
    subscription.unsubscribe();
    say(cells, 1);
    await faulty.pool.run((worker) => worker.echo('next'));
    expect(Math.max(...faulty.sent)).toBeGreaterThan(50);
    expect(tally.indexOf(0)).toBe(1000);
    expect(new Set(tally.subarray(1000))).toEqual(new Set([0]));
  });

  it('inside fn drops what fn has described for the same message', async () => {
    await using faulty = new FaultyPool(1);
    const tally = cellsOf(2000);
    let described: number[] = [];
    const dropped = await new Promise<readonly number[]>((resolve) => {
      const subscription = range(0, 2000)
        .pipe(
          parallelMap((worker, n) => {
            // What is asked for in one turn of the event loop travels in one message: there is one worker, up and idle or not.
            if (described.push(n) === 1) queueMicrotask(() => (described = []));
            if (described.length === 50) {
              subscription.unsubscribe();
              resolve(described);
            }
            return worker.count(tally);
          }, faulty.pool),
        )
        .subscribe();
    });
    await faulty.pool.run((worker) => worker.echo('next'));
    expect(dropped.map((n) => tally[n])).toEqual(dropped.map(() => 0));
  });

  it('kills nothing but the task it was about, however close to its end', async () => {
    await using faulty = new FaultyPool(1);
    for (let round = 0; round < 8; round++) {
      const cells = cellsOf(1);
      const subscription = of(0)
        .pipe(parallelMap((worker) => worker.busy(15 + (round % 5), cells), faulty.pool, { terminateAfter: 15 }))
        .subscribe();
      await waitAsync(cells, 0);
      subscription.unsubscribe();
      // It would be hit if the notice outlived the task that it was given to.
      await expectAsync(faulty.pool.run((worker) => worker.busy(25))).toBeResolvedTo(0);
    }
    expect(faulty.pool.stats().failed).toBe(0);
  });

  it('take() ends the rest', async () => {
    await using faulty = new FaultyPool(2);
    const results = from(interval(1)).pipe(
      parallelMapUnordered((worker, n) => worker.echo(n), faulty.pool),
      take(3),
      count(),
    );
    expect(await lastValueFrom(results)).toBe(3);
  });
});

describe('Unsubscribing from a pool made of a number', () => {
  it('ends its workers, whatever they do', async () => {
    const cells = cellsOf(2);
    const spin = ((at: number, _index: number, context: Int32Array) => {
      for (;;) Atomics.add(context, at, 1);
    }) as (at: number, index: number, context: Int32Array) => number;
    const subscription = of(0, 1)
      .pipe(parallelMap(spin, 2, { context: cells }))
      .subscribe(fail);
    while (cells.includes(0)) await new Promise((resolve) => setImmediate(resolve));
    subscription.unsubscribe();
    for (let before = [-1, -1], same = 0; same < 3;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const now = [...cells];
      same = now.every((each, at) => each === before[at]) ? same + 1 : 0;
      before = now;
    }
    expect(cells.includes(0)).toBeFalse();
  });
});

describe('The option signal', () => {
  for (const reason of [new RangeError('enough'), 0, null])
    it(`errors the stream with its reason (${String(reason)}), and aborts the task's own`, async () => {
      await using faulty = new FaultyPool(1);
      const cells = cellsOf(2);
      const controller = new AbortController();
      const failing = firstValueFrom(
        of(0).pipe(parallelMap((worker) => worker.untilAborted(cells), faulty.pool, { signal: controller.signal })),
      ).then(fail, (error: unknown) => ({ error }));
      await waitAsync(cells, 0);
      controller.abort(reason);
      expect(await failing).toEqual({ error: reason });
      await waitAsync(cells, 1);
    });

  it('aborts pool.run', async () => {
    await using faulty = new FaultyPool(1);
    const cells = cellsOf(2);
    const controller = new AbortController();
    const failing = faulty.pool.run((worker) => worker.pollAborted(cells), { signal: controller.signal });
    await waitAsync(cells, 0);
    controller.abort();
    await expectAsync(failing).toBeRejectedWith(jasmine.objectContaining({ name: 'AbortError' }));
    await waitAsync(cells, 1);
  });

  it('aborted before: nothing is started', async () => {
    await using faulty = new FaultyPool(1);
    await expectAsync(
      faulty.pool.run((worker) => worker.echo(1), { signal: AbortSignal.abort('before') }),
    ).toBeRejectedWith('before');
    expect(faulty.workers.length).toBe(0);
  });
});
