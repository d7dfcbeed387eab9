/** What every pool has to do with what tasks report before they end. */
import { Subject, concat, lastValueFrom, of, range, toArray } from 'rxjs';
import {
  type PoolEvent,
  type TaskReport,
  type WorkerPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
} from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';

type Pool = WorkerPool<ContractApi>;

export function reportContract(name: string, make: () => Pool): void {
  describe(`${name}, by the contract of reports,`, () => {
    let pool: Pool;
    beforeEach(() => (pool = make()));
    afterEach(() => pool.close({ drain: false }));

    it('passes on the last of each task before its result, with its index and input', async () => {
      for (const operator of [parallelMap, parallelMapUnordered]) {
        const reports: string[] = [];
        const onReport = ({ index, input, value }: TaskReport): void => void reports.push(`${index} ${input} ${value}`);
        const stream = range(10, 3).pipe(
          operator((worker, n) => worker.reporting([n, n * 2]), pool, { onReport }),
          toArray(),
        );
        expect(await lastValueFrom(stream)).toEqual([2, 2, 2]);
        for (const [index, input] of [10, 11, 12].entries())
          expect(reports).toContain(`${index} ${input} ${input * 2}`);
      }
    });

    it('passes them on in the order in which they were made', async () => {
      const reports: unknown[] = [];
      await pool.run((worker) => worker.reportingLater([1, 2, 3, 4], 12), {
        onReport: ({ value }) => reports.push(value),
      });
      expect(reports).toEqual([1, 2, 3, 4]);
    });

    it('passes on values of every kind', async () => {
      for (const value of [
        undefined,
        null,
        0,
        '',
        false,
        Number.NaN,
        new Map([[1, { a: [2] }]]),
        new RangeError('x'),
      ]) {
        const reports: unknown[] = [];
        const report = { onReport: (each: TaskReport) => reports.push(each.value) };
        await pool.run((worker) => worker.reporting([value]), report);
        expect(reports).toEqual([value]);
      }
    });

    it('passes on nothing once the task has ended', async () => {
      const reports: unknown[] = [];
      const onReport = ({ value }: TaskReport): void => void reports.push(value);
      await pool.run((worker) => worker.reportingLater(['once'], 1), { onReport });
      // One after another at a worker: what that one says too late would be here by then.
      await lastValueFrom(range(1, 8).pipe(parallelMap((worker) => worker.later(0, 10), pool, { onReport })));
      expect(reports).toEqual(['once']);
    });

    it('copies what is reported as it was then', async () => {
      const reports: unknown[] = [];
      await pool.run((worker) => worker.reportingOne(), { onReport: ({ value }) => reports.push(value) });
      expect(reports).toEqual([
        { done: 0, list: [0] },
        { done: 1, list: [0, 1] },
      ]);
    });

    it('copies also what is marked to be moved', async () => {
      const reports: unknown[] = [];
      const left = await pool.run((worker) => worker.reportingMoved(), {
        onReport: ({ value }) => reports.push(value),
      });
      expect(reports).toEqual([Uint8Array.of(1, 2)]);
      expect(left).toBe(2);
    });

    it('throws in a task that reports what cannot cross', async () => {
      const onReport = (): void => {};
      expect(await pool.run((worker) => worker.reportingFunction(), { onReport })).toMatch(/CloneError|DataCloneError/);
    });

    it('says nothing where nobody listens', async () => {
      expect(await pool.run((worker) => worker.reporting([1, 2]))).toBe(2);
    });

    it('shows them among its events, each after the start of its task', async () => {
      const events: PoolEvent[] = [];
      const subscription = pool.events$.subscribe((event) => events.push(event));
      await lastValueFrom(of('a').pipe(parallelMap((worker, value) => worker.reporting([value]), pool)));
      subscription.unsubscribe();
      const types = events.map(({ type }) => type).filter((type) => type.startsWith('task'));
      expect(types).toEqual(['task:start', 'task:report', 'task:end']);
      expect(events).toContain(jasmine.objectContaining({ type: 'task:report', index: 0, value: 'a' }));
    });

    it('ends the stream with what onReport throws', async () => {
      const thrown = new Error('no more');
      const onReport = (): never => {
        throw thrown;
      };
      const stream = range(1, 3).pipe(parallelMap((worker, n) => worker.reporting([n]), pool, { onReport }));
      await expectAsync(lastValueFrom(stream)).toBeRejectedWith(thrown);
      await expectAsync(pool.run((worker) => worker.reporting([1]), { onReport })).toBeRejectedWith(thrown);
    });

    it('passes on nothing after an unsubscribe, within a report as well', async () => {
      const source = new Subject<number>();
      const reports: unknown[] = [];
      const subscription = source
        .pipe(
          parallelMap((worker, n) => worker.reportingLater([n, n + 1], 15), pool, {
            onReport({ value }) {
              reports.push(value);
              subscription.unsubscribe();
            },
          }),
        )
        .subscribe();
      const heard = new Promise<void>((resolve) => subscription.add(() => resolve()));
      source.next(1);
      await heard;
      await pool.run((worker) => worker.later(0, 30));
      expect(reports).toEqual([1]);
    });

    it('serves an iterator as well', async () => {
      const reports: unknown[] = [];
      const results = parallelMapIterable([1, 2], (worker, n) => worker.reporting([n]), pool, {
        onReport: ({ index, value }) => reports.push([index, value]),
      });
      const found: number[] = [];
      for await (const each of results) found.push(each);
      expect(found).toEqual([1, 1]);
      expect(reports.length).toBe(2);
    });

    it('says what onReport must be', () => {
      const wrong = (): unknown =>
        concat(of(1)).pipe(parallelMap((worker) => worker.echo(1), pool, { onReport: 1 as never }));
      expect(wrong).toThrowError(TypeError, /onReport must be a function/);
    });
  });
}
