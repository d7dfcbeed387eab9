/** Fake timers of a whole process, from before the library is loaded or after it: as published, all that can be faked is. */
import { execFileSync } from 'node:child_process';

const address = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

const program = (before: boolean): string => `
  const { fakeTimers } = await import(${address('../support/fakeTimers.js')});
  const { lastValueFrom, of, range, toArray } = await import(${JSON.stringify(import.meta.resolve('rxjs'))});
  const install = () => fakeTimers({ ofProcess: true });
  const early = ${before} ? install() : undefined;
  const { Worker, localPool, parallelMap, workerPool } = await import(${address('../../node/index.js')});
  const clock = early ?? install();
  const pool = workerPool(() => new Worker(${address('../fixtures/contract.worker.js')}, { type: 'module' }), 2);
  const all = (source) => lastValueFrom(source.pipe(toArray()));
  const outcome = (promise) => promise.then((value) => value, (error) => error.name);
  const said = [
    (await all(range(0, 500).pipe(parallelMap((n) => n + 1, 2)))).length,
    (await all(range(0, 500).pipe(parallelMap((worker, n) => worker.echo(n), pool)))).length,
    await outcome(all(of(1).pipe(parallelMap(() => { throw new RangeError() }, pool)))),
    await outcome(pool.run((worker) => worker.fail('no').and)),
    await outcome(pool.run((worker) => worker.untilAborted(), { timeout: 20 })),
  ];
  const begun = new Promise((resolve) => pool.events$.subscribe(({ type }) => type === 'task:start' && resolve()));
  const run = pool.run((worker) => worker.spin(50, false), { timeout: 60_000 });
  await begun;
  clock.tick(3_600_000);
  said.push(await outcome(run) > 49);
  said.push(await outcome(localPool({ double: async (n) => 2 * n }).run((worker) => worker.double(2))));
  await pool.close();
  clock.uninstall();
  console.log(JSON.stringify(said));
`;

describe('Under fake timers of a whole process', () => {
  for (const before of [true, false])
    it(`installed ${before ? 'before' : 'after'} the library is loaded, it goes on`, () => {
      const run = ['--input-type=module', '--eval', program(before)];
      const said: unknown = JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8', timeout: 120_000 }));
      expect(said).toEqual([500, 500, 'RangeError', 'TypeError', 'TaskTimeoutError', true, 4]);
    });
});
