import { lastValueFrom, range, tap, toArray } from 'rxjs';
import { Transfer, WorkerCrashedError, parallelMapUnordered } from '../../../lib/index.ts';
import { cellsOf, say } from '../../support/cells.ts';
import { FaultyPool, reasons } from '../../support/faulty.ts';

const TASKS = 2000;
const SLOW = 1000;
const behind = TASKS - SLOW - 1;

describe('One slow task of Node among quick ones', () => {
  it('that takes its worker with it, after the others were recalled: it fails, and none is run again', async () => {
    await using faulty = new FaultyPool(2);
    const cells = cellsOf(2);
    const tally = cellsOf(TASKS);
    let passed = 0;
    const outcomes = await lastValueFrom(
      range(0, TASKS).pipe(
        parallelMapUnordered(
          (worker, n) => (n === SLOW ? worker.blockAndExit(cells) : worker.count(tally)),
          faulty.pool,
          { onError: 'settle' },
        ),
        tap(({ index }) => {
          if (index > SLOW && ++passed === behind) say(cells, 1);
        }),
        toArray(),
      ),
    );
    const failed = reasons(outcomes);
    expect([...failed.keys()]).toEqual([SLOW]);
    expect(failed.get(SLOW)).toBeInstanceOf(WorkerCrashedError);
    expect(outcomes.length).toBe(TASKS);
    expect(new Set(tally.filter((_, n) => n !== SLOW))).toEqual(new Set([1]));
  });
});

describe('A worker that is busy after its task has ended', () => {
  for (const options of [{}, { timeout: 10_000 }])
    it(`holds up none that another can run (${JSON.stringify(options)})`, async () => {
      await using faulty = new FaultyPool(2);
      const cells = cellsOf(2);
      await faulty.pool.run((worker) => worker.blockAfter(1, cells));
      // Of these, one was sent to each worker before that is known.
      const results = [0, 1, 2, 3].map((n) => faulty.pool.run((worker) => worker.echo(n), options));
      expect(await Promise.all(results)).toEqual([0, 1, 2, 3]);
      expect(faulty.pool.stats()).toEqual(jasmine.objectContaining({ running: 0, completed: 5 }));
      say(cells, 1);
      await Promise.all([0, 1, 2, 3].map((n) => faulty.pool.run((worker) => worker.echo(n))));
      expect(faulty.workers.length).toBe(2);
    });

  it('keeps what was moved to it: nobody else can run that', async () => {
    await using faulty = new FaultyPool(2);
    const cells = cellsOf(2);
    await faulty.pool.run((worker) => worker.blockAfter(1, cells));
    const sizes = [0, 1, 2, 3].map((n) => faulty.pool.run((worker) => worker.sizeOf(Transfer(new ArrayBuffer(n)))));
    expect(await Promise.any(sizes)).toBeGreaterThanOrEqual(0);
    // If this one was sent to the blocked worker, it has been recalled by now.
    await faulty.pool.run((worker) => worker.busy(100));
    say(cells, 1);
    expect(await Promise.all(sizes)).toEqual([0, 1, 2, 3]);
  });

  it('does not keep its pool from closing', async () => {
    const faulty = new FaultyPool(2);
    const cells = cellsOf(2);
    await faulty.pool.run((worker) => worker.blockAfter(1, cells));
    await Promise.all([0, 1].map((n) => faulty.pool.run((worker) => worker.echo(n))));
    await faulty.pool.close();
    expect(faulty.pool.stats().workers).toBe(0);
  });
});
