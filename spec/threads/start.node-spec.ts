import { forkJoin, from, lastValueFrom, toArray } from 'rxjs';
import { Worker, type WorkerPool, WorkerInitError, parallelMap, parallelMapUnordered, workerPool } from 'rxjs-parallel';
import type { How, StartApi } from './start.worker.ts';

const startFile = new URL('./start.worker.js', import.meta.url);
const start = (how: How) => new Worker(startFile, { type: 'module', workerData: { how } });
const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const echoAll = (pool: WorkerPool<StartApi>, inputs: unknown[] = nine) =>
  from(inputs).pipe(
    parallelMap((worker, n) => worker.echo(n), pool),
    toArray(),
  );

/** A pool that can start no worker: what everyone who waits gets, after how few attempts. */
async function failureOf(factory: () => unknown, initTimeout = 10_000, size = 1): Promise<WorkerInitError> {
  let calls = 0;
  await using pool = workerPool<StartApi>(() => (calls++, factory()), { size, initTimeout });
  const failures = await Promise.all(
    [lastValueFrom(echoAll(pool)), lastValueFrom(echoAll(pool)), pool.run((worker) => worker.echo(0))].map((each) =>
      each.then(fail, (error: unknown) => error),
    ),
  );
  expect(new Set(failures).size).withContext('one reason for all').toBe(1);
  expect(failures[0]).toBeInstanceOf(WorkerInitError);
  expect(calls).toBeGreaterThanOrEqual(3);
  expect(calls).toBeLessThanOrEqual(size + 2);
  expect(pool.stats().workers).toBe(0);
  return failures[0] as WorkerInitError;
}

describe('A pool whose workers do not start', () => {
  for (const [how, cause, message] of [
    ['throws', /^at the top$/, /uncaught error \(RangeError: at the top\) before it exposed anything/],
    ['rejects', /^at the top$/, /uncaught error/],
    ['exits', undefined, /exited with code 7 before it exposed anything/],
    ['exposes nothing', undefined, /exited with code 0/],
    ['awaits for ever', undefined, /exited with code 13/],
    ['exposes no function', /at least one function/, /uncaught error/],
    ['exposes twice', /more than once/, /uncaught error/],
    ['exposes and exits', undefined, /exited with code 8 before it had begun any task/],
    ['exposes and throws', /^after expose$/, /uncaught error \(RangeError: after expose\)/],
  ] as [How, RegExp | undefined, RegExp][])
    it(`${how}: WorkerInitError for everyone, after few attempts`, async () => {
      const error = await failureOf(() => start(how));
      expect(error.message).toMatch(message);
      if (cause === undefined) expect('cause' in error).toBeFalse();
      else expect((error.cause as Error).message).toMatch(cause);
    });

  for (const how of ['awaits for ever, alive', 'exposes nothing, alive'] as const)
    it(`${how}: the deadline says what to look at`, async () => {
      const { message } = await failureOf(() => start(how), 200);
      expect(message).toMatch(/did not call expose\(\) within 200 ms .*initTimeout/);
    });

  it('as many at once as the pool may have: few are tried again', async () => {
    await failureOf(() => start('throws'), 10_000, 4);
  });

  it('no such file: the cause says which', async () => {
    const { cause } = await failureOf(() => new Worker(new URL('./missing.worker.js', import.meta.url)));
    expect((cause as Error).message).toContain('missing.worker.js');
  });

  it('a module that does not parse: the cause is its SyntaxError', async () => {
    const { cause } = await failureOf(() => new Worker(new URL('data:text/javascript,this is no code')));
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  for (const [what, thrown] of [
    ['an error', new RangeError('no')],
    ['undefined', undefined],
    ['what has no text', { toString: 0 }],
  ] as const)
    it(`a factory that throws ${what}: that is the cause`, async () => {
      const error = await failureOf(() => {
        throw thrown;
      });
      expect('cause' in error).toBeTrue();
      expect(error.cause).toBe(thrown);
    });

  for (const [what, returned] of [
    ['undefined', undefined],
    ['an object', {}],
    ['the function Worker', Worker],
  ] as const)
    it(`a factory that returns ${what}: the cause says what it must return`, async () => {
      const { cause } = await failureOf(() => returned);
      expect(cause).toBeInstanceOf(TypeError);
      expect((cause as Error).message).toMatch(/factory must return a new Worker, it returned/);
    });

  it('a factory that returns a rejected promise: the rejection is not left to end the process', async () => {
    const { cause } = await failureOf(() => Promise.reject(new RangeError('late')));
    expect((cause as Error).message).toMatch(/it returned a Promise/);
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
});

describe('A pool whose workers start at times', () => {
  it('two failures, then a worker: everything is done', async () => {
    let calls = 0;
    await using pool = workerPool<StartApi>(() => start(++calls <= 2 ? 'throws' : 'well'), 1);
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
    expect(calls).toBe(3);
  });

  it('it gave up once: who comes later gets a try', async () => {
    let how: How = 'exits';
    await using pool = workerPool<StartApi>(() => start(how), 1);
    await expectAsync(lastValueFrom(echoAll(pool))).toBeRejectedWithError(WorkerInitError);
    how = 'well';
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
  });

  it('one worker starts, the others never: that one does it all, and few are tried', async () => {
    let calls = 0;
    await using pool = workerPool<StartApi>(() => start(++calls === 1 ? 'well' : 'exits'), 4);
    const inputs = Array.from({ length: 3000 }, (_, n) => n);
    const [ordered, unordered] = await lastValueFrom(
      forkJoin([
        echoAll(pool, inputs),
        from(inputs).pipe(
          parallelMapUnordered((worker, n) => worker.echo(n), pool, { batch: 1 }),
          toArray(),
        ),
      ]),
    );
    expect(ordered).toEqual(inputs);
    expect(unordered).toEqual(inputs);
    expect(calls).toBeLessThan(12);
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
