import { lastValueFrom, range, tap, toArray } from 'rxjs';
import { WorkerCrashedError, parallelMapUnordered } from 'rxjs-parallel';
import { cellsOf, say } from './cells.ts';
import { FaultyPool, reasons } from './faulty.ts';

const TASKS = 2000;
const SLOW = 1000;
const behind = TASKS - SLOW - 1;

describe('One slow task of Node among quick ones', () => {
  it('that takes its worker with it, after the others were taken back: it fails, and none is run again', async () => {
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
