/** What tasks in workers report, while they compute and in crowds. */
import { lastValueFrom, range, takeUntil, Subject, toArray } from 'rxjs';
import { type TaskReport, parallelMap } from '../../../lib/index.ts';

describe('A report of a worker', () => {
  it('is heard while its task computes without a pause', async () => {
    const heard = new Subject<void>();
    // It ends only when it is cancelled, which only happens when its report has come.
    const endless = parallelMap(
      (_n: number, _index, _context, task) => {
        task.report('begun');
        while (!task.signal.aborted);
      },
      1,
      { onReport: () => heard.next(), terminateAfter: 0 },
    );
    await lastValueFrom(range(1, 1).pipe(endless, takeUntil(heard)), { defaultValue: 'cancelled' }).then((value) =>
      expect(value).toBe('cancelled'),
    );
  });

  it('is one of few, of a million in a loop, and the last of them comes before the result', async () => {
    const reports: unknown[] = [];
    const million = parallelMap(
      (most: number, _index, _context, task) => {
        for (let n = 1; n <= most; n++) task.report({ n });
        return most;
      },
      1,
      { onReport: ({ value }) => reports.push(value) },
    );
    await lastValueFrom(range(1_000_000, 1).pipe(million)).then((most) => reports.push(most));
    expect(reports.slice(-2)).toEqual([{ n: 1_000_000 }, 1_000_000]);
    expect(reports.length).toBeLessThan(50_000);
  });

  it('is of its own task, of those that travel together', async () => {
    const last = new Map<number, unknown>();
    const inputs = new Set<string>();
    const onReport = ({ index, input, value }: TaskReport): void => {
      last.set(index, value);
      inputs.add(`${index} ${input}`);
    };
    const stream = range(100, 300).pipe(
      parallelMap(
        (n: number, index, _context, task) => {
          task.report(n);
          task.report(-n);
          return index;
        },
        2,
        { onReport, batch: 64 },
      ),
      toArray(),
    );
    expect((await lastValueFrom(stream)).length).toBe(300);
    expect(last.size).toBe(300);
    for (const [index, value] of last) {
      expect(value).toBe(-100 - index);
      expect(inputs).toContain(`${index} ${100 + index}`);
    }
  });

  it('comes from what an async task kept before it waited, and each beside others', async () => {
    const reports: string[] = [];
    const stream = range(1, 6).pipe(
      parallelMap(
        async (n: number, _index, _context, { report }) => {
          for (const part of ['a', 'b']) {
            await new Promise((resolve) => setTimeout(resolve, 8));
            report(`${part}${n}`);
          }
        },
        3,
        { onReport: ({ value }) => reports.push(value as string) },
      ),
      toArray(),
    );
    await lastValueFrom(stream);
    expect(reports.toSorted()).toEqual([1, 2, 3, 4, 5, 6].flatMap((n) => [`a${n}`, `b${n}`]).toSorted());
  });

  it('may hold errors, which arrive as they are', async () => {
    const reports: any[] = [];
    await lastValueFrom(
      range(1, 1).pipe(
        parallelMap(
          (n: number, _index, _context, task) =>
            task.report({ warnings: [Object.assign(new RangeError('odd'), { code: `E${n}` })] }),
          1,
          { onReport: ({ value }) => reports.push(value) },
        ),
      ),
    );
    expect(reports[0].warnings[0]).toBeInstanceOf(RangeError);
    expect(reports[0].warnings[0].code).toBe('E1');
  });
});
