import { type ObservableInput, from, lastValueFrom, of, range, tap, toArray } from 'rxjs';
import { parallelMap, parallelMapUnordered } from '../../../lib/index.ts';
import { cellsOf, say, shares, waitAsync } from '../../support/cells.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';

const TASKS = 2000;
const SLOW = 1000;
/** Of a stream of quick tasks, those that come after the slow one, and so may wait behind it. */
const behind = TASKS - SLOW - 1;

// Without shared memory nothing is recalled.
if (shares)
  describe('One slow task among quick ones', () => {
    for (const batch of ['auto', 1, 7] as const)
      for (const slow of ['block', 'wait'] as const)
        it(`holds up none that has not begun (${slow}, batch ${batch})`, async () => {
          await using faulty = new FaultyPool(2);
          const cells = cellsOf(2);
          const tally = cellsOf(TASKS);
          let passed = 0;
          const results = range(0, TASKS).pipe(
            parallelMapUnordered((worker, n) => (n === SLOW ? worker[slow](cells) : worker.count(tally)), faulty.pool, {
              batch,
            }),
            // It ends only when all that come after it have been delivered.
            tap((n) => {
              if (n > SLOW && ++passed === behind) say(cells, 1);
            }),
            toArray(),
          );
          expect((await lastValueFrom(results)).sort((a, b) => a - b)).toEqual([...Array(TASKS).keys()]);
          expect(new Set(tally.filter((_, n) => n !== SLOW))).toEqual(new Set([1]));
          expect(faulty.workers.length).toBe(2);
        });

    it('holds up none at all while it waits: what has ended before it in its message is sent', async () => {
      await using faulty = new FaultyPool(1);
      const cells = cellsOf(2);
      let passed = 0;
      const results = range(0, TASKS).pipe(
        parallelMapUnordered((worker, n) => (n === TASKS - 1 ? worker.wait(cells) : worker.echo(n)), faulty.pool),
        tap(() => {
          if (++passed === TASKS - 1) say(cells, 1);
        }),
        toArray(),
      );
      expect((await lastValueFrom(results)).length).toBe(TASKS);
      expect(Math.max(...faulty.sent)).toBeGreaterThan(50);
    });

    it('is not cancelled when the others are recalled', async () => {
      await using faulty = new FaultyPool(2);
      const cells = cellsOf(2);
      let passed = 0;
      const results = range(0, TASKS).pipe(
        parallelMapUnordered((worker, n) => (n === SLOW ? worker.aborted(cells) : worker.echo(n)), faulty.pool),
        tap((n) => {
          if (typeof n === 'number' && n > SLOW && ++passed === behind) say(cells, 1);
        }),
        toArray(),
      );
      expect(await lastValueFrom(results)).toContain(false);
    });

    it('is passed by another stream, too', async () => {
      await using faulty = new FaultyPool(2);
      const cells = cellsOf(2);
      const slow = lastValueFrom(of(0).pipe(parallelMap((worker) => worker.block(cells), faulty.pool)));
      await waitAsync(cells, 0);
      const quick = await faulty.settle(range(0, TASKS), (worker, n) => worker.echo(n));
      expect([...reasons(quick)]).toEqual([]);
      say(cells, 1);
      expect(await slow).toBe(0);
    });
  });

describe('A task that fails in the middle of a message', () => {
  it('is known at once, though the next one never ends', async () => {
    await using faulty = new FaultyPool(1);
    const results = (inputs: ObservableInput<number>) =>
      from(inputs).pipe(
        parallelMap(
          (worker, n) => (n === SLOW ? worker.throwValue('error') : n > SLOW ? worker.loop() : worker.echo(n)),
          faulty.pool,
          { terminateAfter: 0 },
        ),
      );
    await expectAsync(lastValueFrom(results(range(0, TASKS)))).toBeRejectedWithError(RangeError, 'floating');
    expect(Math.max(...faulty.sent)).toBeGreaterThan(50);
    await expectAsync(faulty.pool.run((worker) => worker.echo('on'))).toBeResolvedTo('on');
  });
});
