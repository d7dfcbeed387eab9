import { forkJoin, from, lastValueFrom, toArray } from 'rxjs';
import { Worker, WorkerInitError, parallelMapUnordered, workerPool } from '../../../lib/index.ts';
import type { How, StartApi } from '../../fixtures/start.worker.ts';
import { echoAll, failureOf, nine, start } from '../../support/starting.ts';

describe('A pool whose workers do not start', () => {
  for (const [how, cause, message] of [
    ['throws', /at the top$/, /uncaught error \(.*RangeError: at the top(?: at \S+:\d+)?\) before it exposed anything/],
    ['rejects', /at the top$/, /uncaught error/],
    ['exposes no function', /at least one function/, /uncaught error/],
    ['exposes twice', /more than once/, /uncaught error/],
    ['exposes and throws', /after expose$/, /uncaught error \(.*RangeError: after expose(?: at \S+:\d+)?\)/],
  ] as [How, RegExp, RegExp][])
    it(`${how}: WorkerInitError for everyone, after few attempts`, async () => {
      const error = await failureOf(() => start(how));
      expect(error.message).toMatch(message);
      expect((error.cause as Error).message).toMatch(cause);
    });

  for (const how of ['awaits for ever, alive', 'exposes nothing, alive'] as const)
    it(`${how}: the deadline says what to look at, the first time`, async () => {
      const { message } = await failureOf(() => start(how), { initTimeout: 100, attempts: 1 });
      expect(message).toMatch(/did not call expose\(\) within 100 ms .*initTimeout/);
    });

  it('as many at once as the pool may have: few are tried again', async () => {
    await failureOf(() => start('throws'), { size: 4 });
  });

  it('a module that does not parse: it says so', async () => {
    const { message } = await failureOf(
      () => new Worker(new URL('data:text/javascript,this is no code'), { type: 'module' }),
    );
    expect(message).toMatch(/SyntaxError|could not be loaded/);
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
      const { cause } = await failureOf(() => returned, { attempts: 1 });
      expect(cause).toBeInstanceOf(TypeError);
      expect((cause as Error).message).toMatch(/factory must return a new Worker, it returned/);
    });

  it('a factory that returns a rejected promise: the rejection is not left to end the process', async () => {
    const { cause } = await failureOf(() => Promise.reject(new RangeError('late')), { attempts: 1 });
    expect((cause as Error).message).toMatch(/it returned a Promise/);
  });

  it('a worker that ends while threads.js is loaded for it: the errors say why', async () => {
    const error = await failureOf(() => {
      const listeners = new Map<string, (value: unknown) => void>();
      const play = (): void => {
        listeners.get('message')!({ type: 'init', exposed: { type: 'module', methods: ['echo'] } });
        listeners.get('exit')!(8);
      };
      const on = (event: string, heard: never): void => {
        listeners.set(event, heard);
        // A page's first worker is made before what listens to it is there.
        if (event === 'exit') queueMicrotask(play);
      };
      return { postMessage() {}, terminate() {}, on };
    });
    expect(error.message).toBe('A worker exited with code 8 before it exposed anything');
  });
});

describe('A pool whose workers start at times', () => {
  it('two failures, then a worker: everything is done', async () => {
    let calls = 0;
    await using pool = workerPool<StartApi>(() => start(++calls <= 2 ? 'throws' : 'well'), 1);
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
    expect(calls).toBe(3);
  });

  it('after messages of their own, which look like those of threads.js: everything is done', async () => {
    await using pool = workerPool<StartApi>(() => start('after messages of its own'), 1);
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
  });

  it('it gave up once: a later stream gets a try', async () => {
    let how: How = 'throws';
    await using pool = workerPool<StartApi>(() => start(how), 1);
    await expectAsync(lastValueFrom(echoAll(pool))).toBeRejectedWithError(WorkerInitError);
    how = 'well';
    expect(await lastValueFrom(echoAll(pool))).toEqual(nine);
  });

  it('one worker starts, the others never: that one does it all, and few are tried', async () => {
    let calls = 0;
    await using pool = workerPool<StartApi>(() => start(++calls === 1 ? 'well' : 'throws'), 4);
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
});

describe('The size of a pool', () => {
  it('may be given by a function, which is called once, when the pool is made', async () => {
    let calls = 0;
    const size = (): number => {
      calls++;
      return 2;
    };
    await using pool = workerPool<StartApi>(() => start('well'), { size });
    expect(calls).toBe(1);
    await pool.warmUp();
    await lastValueFrom(echoAll(pool));
    expect(pool.stats().workers).toBe(2);
    expect(calls).toBe(1);
  });

  it('is checked there, too', () => {
    const of = (size: unknown) => () => workerPool(() => start('well'), { size: size as number });
    expect(of(() => 0)).toThrowError(RangeError, /^workerPool: size must be an integer, at least 1, got 0$/);
    expect(of(() => undefined)).not.toThrow();
    expect(of(() => '2')).toThrowError(TypeError, /^workerPool: size must be an integer/);
  });
});
