import { from, lastValueFrom, range, toArray } from 'rxjs';
import { CloneError, Transfer, Worker, type WorkerPool, parallelMap, taskOf, workerPool } from '../../../lib/index.ts';
import { reasons } from '../../support/faulty.ts';
import type { Throwers } from '../../support/throwers.ts';

const open = {
  ours: () => new Worker(new URL('../../fixtures/throwers.worker.js', import.meta.url), { type: 'module' }),
  plain: () => new Worker(new URL('../../fixtures/plainThrowers.worker.js', import.meta.url), { type: 'module' }),
};
const TASKS = 500;
/** Those whose value cannot cross; some next to each other, and one that goes with its whole message. */
const bad = [3, 300, 301, 302, 499];

/** An object that fails to be cloned by throwing `thrown`. */
const trap = (thrown: unknown): object =>
  Object.defineProperty({}, 'x', {
    enumerable: true,
    get() {
      throw thrown;
    },
  });

for (const kind of ['ours', 'plain'] as const)
  describe(`A value that cannot cross (${kind})`, () => {
    let pool: WorkerPool<Throwers>;
    beforeAll(() => (pool = workerPool(open[kind], 1)));
    afterAll(() => pool.close());

    it('as an argument: its task fails with CloneError, the others of its message succeed', async () => {
      const outcomes = await lastValueFrom(
        range(0, TASKS).pipe(
          parallelMap((worker, n) => worker.echo(bad.includes(n) ? { n, act() {} } : { n }), pool, {
            onError: 'settle',
          }),
          toArray(),
        ),
      );
      const failed = reasons(outcomes);
      expect([...failed.keys()]).toEqual(bad);
      for (const [index, reason] of failed) {
        expect(reason).toBeInstanceOf(CloneError);
        expect((reason as Error).cause).toEqual(jasmine.objectContaining({ name: 'DataCloneError' }));
        expect(taskOf(reason)?.index).toBe(index);
      }
      expect(outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))).toEqual(
        [...Array(TASKS).keys()].filter((n) => !bad.includes(n)).map((n) => ({ n })),
      );
    });

    it('as a result: its task fails with CloneError, the others of its message succeed', async () => {
      const outcomes = await lastValueFrom(
        range(0, TASKS).pipe(
          parallelMap((worker, n) => (bad.includes(n) ? worker.returnFunction() : worker.echo(n)), pool, {
            onError: 'settle',
          }),
          toArray(),
        ),
      );
      const failed = reasons(outcomes);
      expect([...failed.keys()]).toEqual(bad);
      for (const reason of failed.values()) expect(reason).toBeInstanceOf(CloneError);
      expect(outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))).toEqual(
        [...Array(TASKS).keys()].filter((n) => !bad.includes(n)),
      );
    });

    it('leaves its worker as it is', async () => {
      expect(pool.stats().restarts).toBe(0);
      await expectAsync(pool.run((worker) => worker.echo('on'))).toBeResolvedTo('on');
    });
  });

describe('A value that throws when it is cloned', () => {
  for (const thrown of [new RangeError('trap'), undefined])
    it(`is a CloneError as an argument (${String(thrown)})`, async () => {
      await using pool = workerPool<Throwers>(open.ours, 1);
      await expectAsync(pool.run((worker) => worker.echo(trap(thrown)))).toBeRejectedWithError(
        CloneError,
        thrown === undefined ? /undefined/ : /trap/,
      );
    });

  it('is a CloneError as a result', async () => {
    await using pool = workerPool<Throwers>(open.ours, 1);
    await expectAsync(pool.run((worker) => worker.returnTrap())).toBeRejectedWithError(CloneError, /too far/);
  });
});

for (const kind of ['ours', 'plain'] as const)
  describe(`Transfer (${kind})`, () => {
    let pool: WorkerPool<Throwers>;
    beforeAll(() => (pool = workerPool(open[kind], 1)));
    afterAll(() => pool.close());

    it('moves an argument: nothing of it remains here', async () => {
      const buffers = [8, 16, 32].map((size) => new ArrayBuffer(size));
      const sizes = from(buffers).pipe(
        parallelMap((worker, buffer) => worker.size(Transfer(buffer)), pool),
        toArray(),
      );
      expect(await lastValueFrom(sizes)).toEqual([8, 16, 32]);
      expect(buffers.map((buffer) => buffer.byteLength)).toEqual([0, 0, 0]);
    });

    it('moves a result: nothing of it remains there', async () => {
      expect((await pool.run((worker) => worker.makeAndKeep(64))).byteLength).toBe(64);
      expect(await pool.run((worker) => worker.keptSize())).toBe(0);
    });

    it('moves many results, and those beside what cannot cross', async () => {
      const outcomes = await lastValueFrom(
        range(1, 300).pipe(
          parallelMap((worker, n) => (n % 100 === 50 ? worker.returnFunction() : worker.make(n)), pool, {
            onError: 'settle',
          }),
          toArray(),
        ),
      );
      expect([...reasons(outcomes).keys()]).toEqual([49, 149, 249]);
      for (const each of outcomes)
        if (each.status === 'fulfilled') expect((each.value as ArrayBuffer).byteLength).toBe(each.input);
    });

    it('of a part: the value goes with it', async () => {
      const bytes = new Uint8Array([1, 2, 3]);
      expect(await pool.run((worker) => worker.echo(Transfer({ bytes }, [bytes.buffer])))).toEqual({
        bytes: new Uint8Array([1, 2, 3]),
      });
      expect(bytes.byteLength).toBe(0);
    });
  });
