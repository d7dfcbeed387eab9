/** Fake timers that a test has installed: the library was loaded before, and goes on. */
import { type Observable, lastValueFrom, of, range, tap, throwError, toArray } from 'rxjs';
import {
  TaskTimeoutError,
  Worker,
  type WorkerPool,
  localPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
  workerPool,
} from '../../lib/index.ts';
import { type ContractApi, contractApi } from '../contract/contractApi.ts';
import { fakeTimers } from '../support/fakeTimers.ts';
import { cellsOf, say, shares } from '../support/cells.ts';
import { FaultyPool } from '../support/faulty.ts';

const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));
const numbers = Array.from({ length: 500 }, (_, n) => n);

const kinds = {
  "Sinon's": fakeTimers,
  "Jasmine's": () => {
    const real = { clearTimeout: globalThis.clearTimeout, clearInterval: globalThis.clearInterval };
    const clock = jasmine.clock().install();
    clock.mockDate();
    // One that a spec before has started is cleared for good: it would go on, and RxJS throw each time. In Node it is an object.
    for (const name of ['clearTimeout', 'clearInterval'] as const) {
      const fake = globalThis[name];
      globalThis[name] = (timer?: unknown): void => (typeof timer === 'object' ? real[name] : fake)(timer as never);
    }
    return clock;
  },
};

for (const [whose, install] of Object.entries(kinds))
  describe(`Under fake timers (${whose}),`, () => {
    let clock: ReturnType<typeof install>;
    let pools: WorkerPool<ContractApi>[];
    const made = <P extends WorkerPool<ContractApi>>(pool: P): P => {
      pools.push(pool);
      return pool;
    };
    const workers = (options: object = {}): WorkerPool<ContractApi> =>
      made(
        workerPool<ContractApi>(
          () => new Worker(new URL('../fixtures/contract.worker.js', import.meta.url), { type: 'module' }),
          { size: 2, ...options },
        ),
      );
    beforeEach(() => {
      pools = [];
      clock = install();
    });
    afterEach(async () => {
      // It ends, too.
      await Promise.all(pools.map((pool) => pool.close()));
      clock.uninstall();
    });

    it('inline functions run', async () => {
      expect(await all(range(0, 500).pipe(parallelMap((n) => n, 2)))).toEqual(numbers);
    });

    for (const [name, pool] of [
      ['workerPool', workers],
      ['localPool', () => made(localPool(contractApi()))],
    ] as const) {
      it(`streams of a ${name} go on, and end, by errors too`, async () => {
        const used = pool();
        expect(await all(range(0, 500).pipe(parallelMap((worker, n) => worker.echo(n), used)))).toEqual(numbers);
        const out = await all(of(3, 2, 1).pipe(parallelMapUnordered((worker, n) => worker.echo(n), used)));
        expect(out.sort((a, b) => a - b)).toEqual([1, 2, 3]);
        await expectAsync(all(of(1).pipe(parallelMap((worker) => worker.fail('no'), used)))).toBeRejectedWith('no');
        const failing = (): never => {
          throw new Error('of fn');
        };
        await expectAsync(all(of(1).pipe(parallelMap(failing, used)))).toBeRejectedWithError('of fn');
        const broken = throwError(() => 'of the source');
        await expectAsync(all(broken.pipe(parallelMap((worker, n) => worker.echo(n), used)))).toBeRejectedWith(
          'of the source',
        );
      });

      it(`iterators of a ${name} go on, and close`, async () => {
        const used = pool();
        const read = parallelMapIterable(numbers, (worker, n) => worker.echo(n), used);
        const out: number[] = [];
        for await (const result of read) out.push(result);
        expect(out).toEqual(numbers);
        // Its source neither gives a value nor closes.
        const never = { [Symbol.asyncIterator]: () => ({ next, return: next }) };
        const next = (): Promise<never> => new Promise(() => {});
        const results = parallelMapIterable(never, (worker, n) => worker.echo(n), used, { terminateAfter: 20 });
        const asked = results.next();
        await results.return?.();
        expect((await asked).done).toBeTrue();
      });
    }

    it('a task runs out of its own time, and not of that which is faked', async () => {
      const pool = workers();
      const begun = new Promise<void>((resolve) => {
        pool.events$.subscribe(({ type }) => {
          if (type === 'task:start') resolve();
        });
      });
      const run = pool.run((worker) => worker.spin(50, false), { timeout: 60_000 });
      await begun;
      clock.tick(3_600_000);
      expect(await run).toBeGreaterThan(49);
      const late = pool.run((worker) => worker.untilAborted(), { timeout: 20 });
      await expectAsync(late).toBeRejectedWithError(TaskTimeoutError);
      let end!: (value: string) => void;
      const ends = new Promise<string>((resolve) => (end = resolve));
      const waits = localPool({ wait: () => ends }).run((worker) => worker.wait(), { timeout: 60_000 });
      clock.tick(3_600_000);
      end('in time');
      expect(await waits).toBe('in time');
    });

    if (shares)
      it('what waits behind a slow task is recalled', async () => {
        await using faulty = new FaultyPool(2);
        const cells = cellsOf(2);
        let passed = 0;
        const results = range(0, 2000).pipe(
          parallelMapUnordered((worker, n) => (n === 1000 ? worker.wait(cells) : worker.echo(n)), faulty.pool),
          // It ends only when all others have been delivered.
          tap(() => {
            if (++passed === 1999) say(cells, 1);
          }),
        );
        expect((await all<unknown>(results)).length).toBe(2000);
      });

    it('an idle worker ends after its idleTimeout, and time that is faked does not end it', async () => {
      const pool = workers({ size: 1, idleTimeout: 30 });
      const ended = new Promise((resolve) => {
        pool.events$.subscribe(({ type }) => {
          if (type === 'worker:exit') resolve('ended');
        });
      });
      await pool.run((worker) => worker.echo(1));
      clock.tick(1000);
      expect(pool.stats().workers).toBe(1);
      expect(await ended).toBe('ended');
    });
  });
