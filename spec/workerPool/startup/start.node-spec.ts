import { Worker as NodeWorker } from 'node:worker_threads';
import { lastValueFrom } from 'rxjs';
import { Worker, WorkerInitError, workerPool } from '../../../lib/index.ts';
import type { How, StartApi } from '../../fixtures/start.worker.ts';
import { echoAll, failureOf, start } from '../../support/starting.ts';

describe('A pool whose workers exit as they start', () => {
  for (const [how, attempts, message] of [
    ['exits', 3, /^A worker \(file:\/\/\/.*start\.worker\.js\) exited with code 7 before it exposed anything$/],
    [
      ...['exposes nothing', 1],
      /start\.worker\.js\) exited with code 0 before it exposed anything \(does its module import rxjs-parallel\/worker and call expose\(api\)\?\)$/,
    ],
    ['awaits for ever', 1, /exited with code 13 before .* \(a top-level await of its module never settles\)$/],
    ['exposes and exits', 3, /start\.worker\.js\) exited with code 8 before it had begun any task/],
  ] as [How, number, RegExp][])
    it(`${how}: WorkerInitError for everyone, after few attempts (${attempts})`, async () => {
      const error = await failureOf(() => start(how), { attempts });
      expect(error.message).toMatch(message);
      expect('cause' in error).toBeFalse();
    });

  it('terminated by others before they run: they are tried again, for that is nothing of theirs', async () => {
    let calls = 0;
    const make = (): unknown => {
      const worker = start('well');
      if (++calls < 3) void worker.terminate();
      return worker;
    };
    await using pool = workerPool<StartApi>(make, 1);
    expect(await pool.run((worker) => worker.echo(1))).toBe(1);
    expect(calls).toBe(3);
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
    const { cause, message } = await failureOf(() => new Worker(new URL('./missing.worker.js', import.meta.url)), {
      attempts: 1,
    });
    expect(message).toMatch(
      /^A worker \(file:.*missing\.worker\.js\) ended by an uncaught error \(.*Cannot find module/,
    );
    expect((cause as Error).message).toContain('missing.worker.js');
  });

  it('a module that does not parse: the cause is its SyntaxError', async () => {
    const { cause, message } = await failureOf(() => new Worker(new URL('data:text/javascript,this is no code')));
    expect(message).toMatch(/^A worker \(data:…\) ended/);
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  it('a factory that returns the promise of a worker: that worker is ended', async () => {
    const exits: Promise<unknown>[] = [];
    await failureOf(
      async () => {
        const worker = start('well');
        exits.push(new Promise((resolve) => (worker as never as NodeJS.EventEmitter).on('exit', resolve)));
        return worker;
      },
      { attempts: 1 },
    );
    await Promise.all(exits);
    expect(exits.length).toBeGreaterThan(0);
  });

  it('a factory that returns the same worker again: every call that waits fails, though that one is up', async () => {
    const worker = start('well');
    let calls = 0;
    await using pool = workerPool<StartApi>(() => (calls++, worker), { size: 2, name: 'one' });
    // One worker is enough for one call.
    expect(await pool.run((each) => each.echo(1))).toBe(1);
    for (const time of [1, 2]) {
      const many = [1, 2, 3].map((n) =>
        pool.run((each) => each.echo(n)).then(fail, (reason: unknown) => reason as Error),
      );
      for (const error of await Promise.all(many)) {
        expect(error).toBeInstanceOf(WorkerInitError);
        expect(error!.message).toMatch(
          /^A worker of the pool "one" could not be made: .*must return a new Worker each time/,
        );
        expect(error!.cause).toBeInstanceOf(TypeError);
      }
      expect(calls).toBe(1 + time);
    }
    void worker.terminate();
    await new Promise((resolve) => (worker as never as NodeJS.EventEmitter).once('exit', resolve));
    await expectAsync(pool.run((each) => each.echo(0))).toBeRejectedWithError(
      WorkerInitError,
      /must return a new Worker/,
    );
  });

  it('a worker that another pool has: refused', async () => {
    const worker = start('well');
    await using one = workerPool<StartApi>(() => worker, 1);
    await using other = workerPool<StartApi>(() => worker, 1);
    expect(await one.run((each) => each.echo(1))).toBe(1);
    await expectAsync(other.run((each) => each.echo(1))).toBeRejectedWithError(
      WorkerInitError,
      /must return a new Worker/,
    );
    expect(await one.run((each) => each.echo(2))).toBe(2);
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

describe('A worker that is named by what no file is', () => {
  for (const address of [
    'http://localhost:3000/x.worker.js?worker_file&type=module',
    new URL('https://a.example/x.js'),
  ])
    it(`is an error that says what writes such names: ${String(address)}`, async () => {
      expect(() => new Worker(address)).toThrowError(
        TypeError,
        /^Node runs a worker from a file.*import\.meta\.resolve/,
      );
      await using pool = workerPool<StartApi>(() => new Worker(address), 1);
      await expectAsync(pool.run((worker) => worker.echo(1))).toBeRejectedWithError(
        WorkerInitError,
        /Node runs a worker from a file/,
      );
    });
});
