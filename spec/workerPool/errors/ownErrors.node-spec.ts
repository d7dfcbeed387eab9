import { firstValueFrom, filter } from 'rxjs';
import { Worker, WorkerCrashedError, type WorkerPool, workerPool } from '../../../lib/index.ts';
import type { Rejecter } from '../../fixtures/rejecter.worker.ts';

describe('An error that nobody catches in a worker', () => {
  let pool: WorkerPool<Rejecter>;
  const open = (execArgv?: readonly string[]): void => {
    const url = new URL('../../fixtures/rejecter.worker.js', import.meta.url);
    pool = workerPool(() => new Worker(url, execArgv === undefined ? {} : { execArgv }), 1);
  };
  afterEach(() => pool.close());
  const failure = (run: Promise<unknown>): Promise<any> =>
    run.then(
      () => new Error('It did not fail'),
      (error: unknown) => error,
    );

  it('is left to the program, where that listens to rejections', async () => {
    open();
    await pool.run((worker) => worker.listen('unhandledRejection'));
    await pool.run((worker) => worker.reject({}));
    expect(await pool.run((worker) => worker.catchLate())).toBe('late');
    expect(await pool.run((worker) => worker.heard())).toEqual(['floating', '', 'late', '']);
    expect(pool.stats().restarts).toBe(0);
  });

  it('is left to the program, where that listens to exceptions; a rejection comes there, too', async () => {
    open();
    await pool.run((worker) => worker.listen('uncaughtException'));
    await pool.run((worker) => worker.throwLater());
    await pool.run((worker) => worker.reject({}));
    expect(await pool.run((worker) => worker.heard())).toEqual([
      'thrown later',
      'uncaughtException',
      'floating',
      'unhandledRejection',
    ]);
    await pool.run((worker) => worker.listenOnce('unhandledRejection'));
    await pool.run((worker) => worker.reject(7));
    expect(((await pool.run((worker) => worker.heard())) as unknown[]).at(-2)).toBe(7);
    expect(pool.stats().restarts).toBe(0);
  });

  for (const mode of ['warn', 'none', 'warn-with-error-code'])
    it(`is left to Node, where that ends nothing (--unhandled-rejections=${mode})`, async () => {
      open(['--no-warnings', `--unhandled-rejections=${mode}`]);
      await pool.run((worker) => worker.reject({}));
      expect(await pool.run((worker) => worker.catchLate())).toBe('late');
      expect(await failure(pool.run((worker) => worker.throwLater()))).toBeInstanceOf(WorkerCrashedError);
      expect(pool.stats().restarts).toBe(0);
    });

  for (const args of [[], ['--unhandled-rejections=strict'], ['--unhandled-rejections=throw']])
    it(`ends the worker else, with the task that runs (${args.join()})`, async () => {
      open(args);
      const error = await failure(pool.run((worker) => worker.reject({})));
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect(error.cause.message).toBe('floating');
    });

  it('is the cause as it is, be it no Error', async () => {
    open();
    for (const reason of [undefined, 0, '']) {
      const error = await failure(pool.run((worker) => worker.reject(reason)));
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect(error.cause).toBe(reason);
    }
  });

  it('is in the event of the exit, where no task is to blame', async () => {
    open();
    const printed = spyOn(console, 'error');
    const exit = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'worker:exit')));
    await pool.run((worker) => worker.rejectAfter());
    const { error } = (await exit) as { error?: Error };
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error!.message).toContain('after it');
    expect((error!.cause as Error).message).toBe('after it');
    expect(printed).not.toHaveBeenCalled();
  });

  it('is printed in one line where no task fails with it and nobody listens, and only there', async () => {
    open();
    const printed = spyOn(console, 'error');
    const line = new Promise<string>((resolve) => printed.and.callFake(resolve));
    expect(await failure(pool.run((worker) => worker.reject({})))).toBeInstanceOf(WorkerCrashedError);
    expect(printed).not.toHaveBeenCalled();
    await pool.run((worker) => worker.rejectAfter());
    expect(await line).toMatch(
      /^rxjs-parallel: The worker.* ended by an uncaught error \(Error: after it\) at .*rejecter/,
    );
    expect(await line).not.toContain('\n');
    expect(printed).toHaveBeenCalledTimes(1);
  });

  it('is not in the event where the pool has ended the worker', async () => {
    open();
    const exit = firstValueFrom(pool.events$.pipe(filter(({ type }) => type === 'worker:exit')));
    await pool.run((worker) => worker.heard());
    await pool.close();
    expect('error' in (await exit)).toBeFalse();
  });
});
