/** What goes with each task besides its arguments (`carry`): one suite, run over each kind of pool. */
import { lastValueFrom, range, toArray } from 'rxjs';
import { CloneError, Transfer, type WorkerPool } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { reason } from './outcomes.ts';

export function carryContract(name: string, make: (carry?: () => object | undefined) => WorkerPool<ContractApi>): void {
  describe(`${name}, by the contract of carry,`, () => {
    let pool: WorkerPool<ContractApi>;
    afterEach(() => pool.close());

    const carried = (count: number): Promise<unknown[]> =>
      lastValueFrom(
        range(0, count).pipe(
          pool.map((worker) => worker.carried()),
          toArray(),
        ),
      );

    it('gives each task what was carried when it was described, in streams and calls', async () => {
      const shared = { n: 0 };
      pool = make(() => {
        shared.n++;
        return shared;
      });
      expect(await carried(30)).toEqual(Array.from({ length: 30 }, (_, at) => ({ n: at + 1 })));
      const calls = [pool.run((worker) => worker.carried()), pool.run((worker) => worker.carried(), { timeout: 9000 })];
      expect(shared.n).toBe(32);
      expect(await Promise.all(calls)).toEqual([{ n: 31 }, { n: 32 }]);
    });

    it('gives nothing where nothing is carried', async () => {
      pool = make();
      expect(await carried(3)).toEqual([undefined, undefined, undefined]);
    });

    it('gives nothing to those for which it returns nothing', async () => {
      let asked = 0;
      pool = make(() => (asked++ % 2 === 0 ? undefined : { asked }));
      expect(await carried(4)).toEqual([undefined, { asked: 2 }, undefined, { asked: 4 }]);
    });

    it('fails what it cannot carry, or cannot ask', async () => {
      const acts = [() => carried(1), () => pool.run((worker) => worker.carried())];
      pool = make(() => ({ act: () => 1 }));
      for (const act of acts) {
        const error = await reason(act());
        expect(error).toBeInstanceOf(CloneError);
        expect(error.message).toMatch(/carry returned cannot cross to a worker/);
      }
      await pool.close();
      pool = make(() => {
        throw new RangeError('nothing is there');
      });
      for (const act of acts) expect((await reason(act())).message).toBe('nothing is there');
    });

    it('ends the stream, and fails the call, where it is async', async () => {
      pool = make(async () => ({ n: 1 }));
      const skipped = () =>
        lastValueFrom(range(0, 3).pipe(pool.map((worker) => worker.carried(), { onError: 'skip' })));
      for (const failing of [skipped, () => pool.run((worker) => worker.carried())])
        expect((await reason(failing())).message).toMatch(/: carry must not return a Promise$/);
    });

    it('moves nothing', async () => {
      pool = make(() => Transfer(new ArrayBuffer(1)));
      for (const failing of [() => carried(1), () => pool.run((worker) => worker.carried())]) {
        const error = await reason(failing());
        expect(error).toBeInstanceOf(CloneError);
        expect(error.message).toMatch(
          /carry returned cannot cross to a worker: Transfer is for an argument or a result/,
        );
      }
    });
  });
}
