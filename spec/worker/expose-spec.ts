/** `expose` where no host of ours is: this file runs on the main thread, or in a page. */
import { lastValueFrom, range, toArray } from 'rxjs';
import { localPool, parallelMap } from '../../lib/index.ts';
import { expose } from '../../lib/worker/index.ts';
import { api } from '../fixtures/importable.worker.ts';

describe('expose outside a worker', () => {
  it('does nothing: the module of a worker may be imported, and its api run by localPool', async () => {
    const pool = localPool(api);
    const doubled = range(0, 3).pipe(
      parallelMap((worker, n) => worker.double(n), pool),
      toArray(),
    );
    expect(await lastValueFrom(doubled)).toEqual([0, 2, 4]);
  });

  it('may be called any number of times', () => {
    expose({ one: () => 1 });
    expose({ two: () => 2 });
  });

  it('says all the same what is no api', () => {
    expect(() => expose(undefined as never)).toThrowError(TypeError, /must be an object of functions, got a undefined/);
    expect(() => expose({ answer: 42 })).toThrowError(TypeError, /at least one function/);
  });

  it('exposes nothing that a class of the language has', async () => {
    class Cache extends Map {
      look(): number {
        return this.size;
      }
    }
    const pool = localPool(new Cache());
    expect(await pool.run((worker) => worker.look())).toBe(0);
    await expectAsync(pool.run((worker) => (worker as any).clear())).toBeRejectedWithError(TypeError, /exposes look$/);
    await pool.close();
  });
});
