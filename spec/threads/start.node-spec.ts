import { Worker as NodeWorker } from 'node:worker_threads';
import { lastValueFrom } from 'rxjs';
import { Worker, WorkerInitError, workerPool } from '../../lib/index.ts';
import type { How, StartApi } from './start.worker.ts';
import { echoAll, failureOf, nine, start } from './starting.ts';

describe('A pool whose workers exit as they start', () => {
  for (const [how, message] of [
    ['exits', /exited with code 7 before it exposed anything/],
    ['exposes nothing', /exited with code 0/],
    ['awaits for ever', /exited with code 13/],
    ['exposes and exits', /exited with code 8 before it had begun any task/],
  ] as [How, RegExp][])
    it(`${how}: WorkerInitError for everyone, after few attempts`, async () => {
      const error = await failureOf(() => start(how));
      expect(error.message).toMatch(message);
      expect('cause' in error).toBeFalse();
    });

  it('a plain worker that exposes one function: the error of the task says so', async () => {
    const text = "require('threads/worker').expose((value) => value)";
    await using pool = workerPool<StartApi>(() => new NodeWorker(text, { eval: true }), 1);
    await expectAsync(pool.run((worker) => worker.echo(1))).toBeRejectedWithError(
      TypeError,
      'The worker exposes no method "echo"; it exposes one function, not an object of them',
    );
  });

  it('no such file: the cause says which', async () => {
    const { cause } = await failureOf(() => new Worker(new URL('./missing.worker.js', import.meta.url)));
    expect((cause as Error).message).toContain('missing.worker.js');
  });

  it('a module that does not parse: the cause is its SyntaxError', async () => {
    const { cause } = await failureOf(() => new Worker(new URL('data:text/javascript,this is no code')));
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  it('a factory that returns the promise of a worker: that worker is ended', async () => {
    const exits: Promise<unknown>[] = [];
    await failureOf(async () => {
      const worker = start('well');
      exits.push(new Promise((resolve) => (worker as never as NodeJS.EventEmitter).on('exit', resolve)));
      return worker;
    });
    await Promise.all(exits);
    expect(exits.length).toBeGreaterThan(0);
  });

  it('a factory that returns the same worker again: the cause says that it must be new', async () => {
    const worker = start('well');
    await using pool = workerPool<StartApi>(() => worker, 1);
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
    void worker.terminate();
    await new Promise((resolve) => (worker as never as NodeJS.EventEmitter).once('exit', resolve));
    const error = (await pool.run((each) => each.echo(0)).then(fail, (reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(WorkerInitError);
    expect((error.cause as Error).message).toMatch(/must return a new Worker/);
  });

  it('none starts any more while the pool is being drained: the stream gets WorkerInitError, and the pool closes', async () => {
    let calls = 0;
    await using pool = workerPool<StartApi>(() => start(++calls === 1 ? 'exposes and exits' : 'exposes and throws'), 1);
    const failing = lastValueFrom(echoAll(pool));
    const closed = pool.close();
    await expectAsync(failing).toBeRejectedWithError(WorkerInitError);
    await closed;
    expect(calls).toBeLessThanOrEqual(3);
  });
});
