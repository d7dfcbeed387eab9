/** Which worker an error is about. */
import { lastValueFrom, of } from 'rxjs';
import { Worker, WorkerCrashedError, WorkerInitError, parallelMap, workerPool } from '../../../lib/index.ts';
import { FaultyPool } from '../../support/faulty.ts';
import type { StartApi } from '../../fixtures/start.worker.ts';
import { start } from '../../support/starting.ts';

const inNode = 'process' in globalThis;

/** How errors name the module of a worker: a page does not know where that is. */
const module = (name: string): string => (inNode ? ` \\(file:///\\S+/${name}\\.worker\\.js\\)` : '');

const reason = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(fail, (error: unknown) => error) as Promise<Error>;

describe('An error about a worker', () => {
  it('that died names its pool and its module', async () => {
    await using faulty = new FaultyPool({ size: 1, name: 'thumbs' });
    const error = await reason(faulty.pool.run((worker) => worker.throwLater('error')));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error.message).toMatch(
      new RegExp(
        `^The worker of the pool "thumbs"${module('faulty')} ended by an uncaught error \\(.*\\) while it ran`,
      ),
    );
  });

  it('that died names its module where the pool has no name', async () => {
    await using faulty = new FaultyPool(1);
    const error = await reason(faulty.pool.run((worker) => worker.throwLater('error')));
    expect(error.message).toMatch(new RegExp(`^The worker${module('faulty')} ended by an uncaught error`));
  });

  it('that did not start names both', async () => {
    await using pool = workerPool<StartApi>(() => start('throws'), { size: 1, name: 'late' });
    const error = await reason(pool.run((worker) => worker.echo(1)));
    expect(error).toBeInstanceOf(WorkerInitError);
    expect(error.message).toMatch(
      new RegExp(`^A worker of the pool "late"${module('start')} ended by .*RangeError: at the top`),
    );
  });

  it('that exposed nothing names both, the first time', async () => {
    let calls = 0;
    const silent = (): unknown => (calls++, start('exposes nothing, alive'));
    await using pool = workerPool<StartApi>(silent, { size: 1, name: 'silent', initTimeout: 300 });
    const error = await reason(pool.run((worker) => worker.echo(1)));
    expect(error.message).toMatch(
      new RegExp(
        `^A worker of the pool "silent"${module('start')} did not call expose\\(\\) within 300 ms \\(does its module import rxjs-parallel/worker`,
      ),
    );
    expect(calls).toBe(1);
  });

  it('that was not made names the pool', async () => {
    await using pool = workerPool<StartApi>(() => 'no worker', { size: 1, name: 'none' });
    const error = await reason(pool.run((worker) => worker.echo(1)));
    expect(error.message).toMatch(/^A worker of the pool "none" could not be made: TypeError: The pool's factory/);
  });

  it('that has no module says that it ran an inline function', async () => {
    const dies = of(1).pipe(
      parallelMap(() => {
        setTimeout(() => {
          throw new Error('floating');
        });
        return new Promise(() => {});
      }, 1),
    );
    const error = await reason(lastValueFrom(dies));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error.message).toMatch(
      /^The worker of an inline function ended by an uncaught error \(Error: floating\) while/,
    );
  });

  it('whose module is its address prints none of that', async () => {
    const text = `data:text/javascript,${encodeURIComponent(`throw new Error('soon'); // ${'x'.repeat(1000)}`)}`;
    await using pool = workerPool<StartApi>(() => new Worker(new URL(text), { type: 'module' }), 1);
    const error = await reason(pool.run((worker) => worker.echo(1)));
    expect(error.message).toContain('soon');
    expect(error.message).not.toContain('xxx');
  });
});
