/** What cannot be read by the other side, whose stack is smaller. */
import { lastValueFrom, range, toArray } from 'rxjs';
import { CloneError, type WorkerPool, Worker, parallelMap, workerPool } from '../../../lib/index.ts';
import { reasons } from '../../support/faulty.ts';
import type { Throwers } from '../../support/throwers.ts';

/** Nested so deep that this side can send it, or the worker, and not read it. */
function nested(depth: number): unknown {
  let value: unknown = 'innermost';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { value } : [value];
  return value;
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let at = value; at !== 'innermost'; depth++) at = Array.isArray(at) ? at[0] : (at as { value: unknown }).value;
  return depth;
}

const of = (file: string, options: object): WorkerPool<Throwers> =>
  workerPool<Throwers>(
    () => new Worker(new URL(`../../fixtures/${file}.js`, import.meta.url), { type: 'module', ...options }),
    2,
  );

describe('A message that the other side cannot read', () => {
  const TASKS = 400;
  const deep = (n: number): boolean => n % 50 === 3;

  it('is reported by the worker: the task that it cannot read fails, those beside it do not', async () => {
    await using pool = of('throwers.worker', { resourceLimits: { stackSizeMb: 0.5 } });
    const value = nested(2000);
    for (const options of [{}, { timeout: 20_000 }]) {
      const error = pool.run((worker) => worker.echo(value), options);
      await expectAsync(error).toBeRejectedWithError(
        CloneError,
        /^The arguments of echo\(\) cannot cross to a worker: they cannot be read there/,
      );
    }
    const outcomes = await lastValueFrom(
      range(0, TASKS).pipe(
        parallelMap((worker, n) => worker.echo(deep(n) ? value : n), pool, { onError: 'settle' }),
        toArray(),
      ),
    );
    const failed = reasons(outcomes);
    expect([...failed.keys()]).toEqual([...Array(TASKS).keys()].filter(deep));
    for (const reason of failed.values()) expect(reason).toBeInstanceOf(CloneError);
    for (const each of outcomes) if (each.status === 'fulfilled') expect(each.value).toBe(each.input);
    expect(pool.stats()).toEqual(jasmine.objectContaining({ restarts: 0, running: 0 }));
  });

  for (const depth of [3000, 10_000])
    it(`is reported to the worker: the task whose result cannot be read here fails alone (${depth} levels)`, async () => {
      await using pool = of('throwers.worker', {});
      const outcomes = await lastValueFrom(
        range(0, TASKS).pipe(
          parallelMap((worker, n) => (deep(n) ? worker.nested(depth) : worker.echo(n)), pool, { onError: 'settle' }),
          toArray(),
        ),
      );
      const failed = reasons(outcomes);
      expect([...failed.keys()]).toEqual([...Array(TASKS).keys()].filter(deep));
      for (const reason of failed.values()) {
        expect(reason).toBeInstanceOf(CloneError);
        expect((reason as Error).message).toMatch(/^The result of the task cannot cross to the main thread: /);
      }
      for (const each of outcomes) if (each.status === 'fulfilled') expect(each.value).toBe(each.input);
      expect(pool.stats()).toEqual(jasmine.objectContaining({ restarts: 0, running: 0 }));
      expect(await pool.run((worker) => worker.echo('on'))).toBe('on');
    });

  it('is not what both can read, though it is deep', async () => {
    await using pool = of('throwers.worker', {});
    for (const depth of [63, 64, 65, 200, 800]) {
      expect(depthOf(await pool.run((worker) => worker.nested(depth)))).toBe(depth);
      expect(depthOf(await pool.run((worker) => worker.echo(nested(depth))))).toBe(depth);
    }
  });

  it('costs no worker that is a plain one of threads.js', async () => {
    await using pool = of('plainThrowers.worker', {});
    await expectAsync(pool.run((worker) => worker.nested(3000))).toBeRejectedWithError(
      CloneError,
      /cannot be read here/,
    );
    expect(await pool.run((worker) => worker.echo('on'))).toBe('on');
    expect(pool.stats().restarts).toBe(0);
  });
});
