/** What every pool has to do about who goes first, when, and on how many workers. */
import { from, map, tap } from 'rxjs';
import { type WorkerPool, parallelMap } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { all, beginning, reason } from './outcomes.ts';

type Pool = WorkerPool<ContractApi>;

export function policyContract(made: (size: number) => Pool): void {
  /** A pool whose only worker is busy until `free` is called. */
  async function busy(): Promise<{ pool: Pool; free: () => Promise<void> }> {
    const pool = made(1);
    const { channel, begun } = await beginning();
    const ended = pool.run((worker) => worker.untilTold(channel));
    await begun;
    const free = async (): Promise<void> => {
      const said = new BroadcastChannel(channel);
      said.postMessage('end');
      expect(await ended).toBe('told');
      said.close();
    };
    return { pool, free };
  }

  describe('priority', () => {
    it('decides which stream is served first, equal ones in turn', async () => {
      const { pool, free } = await busy();
      const order: string[] = [];
      const stream = (names: string, priority?: number): Promise<unknown> =>
        all(
          from(names).pipe(
            pool.mapUnordered((worker, name) => worker.echo(name), { priority, batch: 1 }),
            tap((name) => order.push(name)),
          ),
        );
      const streams = [
        stream('l', -1),
        stream('ab'),
        stream('AB', 0),
        stream('h', 2),
        stream('t', 1e300),
        stream('H', 2),
      ];
      await free();
      await Promise.all(streams);
      expect(order.join('')).toBe('thHaAbBl');
    });

    it('decides which call is made first, equal ones in turn', async () => {
      const { pool, free } = await busy();
      const order: string[] = [];
      const { signal } = new AbortController();
      const call = (name: string, priority?: number): Promise<unknown> =>
        pool.run((worker) => worker.echo(name), { priority, signal }).then((value) => order.push(value));
      const calls = [
        call('l', -1),
        call('a'),
        call('b', 0),
        call('h', 2),
        call('t', 1e300),
        call('H', 2),
        call('T', 1e300),
      ];
      await free();
      await Promise.all(calls);
      expect(order.join('')).toBe('tThHabl');
    });

    it('changes no results', async () => {
      const pool = made(3);
      const streams = [3, 0, -2, 0.5].map((priority) =>
        all(
          from([4, 1, 3, 1, 2]).pipe(
            pool.map((worker, n) => worker.later(n, n), { priority }),
            map((n, index) => `${index}: ${n}`),
          ),
        ),
      );
      for (const results of await Promise.all(streams))
        expect(results).toEqual(['0: 4', '1: 1', '2: 3', '3: 1', '4: 2']);
    });

    it('is a finite number, of a stream that shares a pool', async () => {
      const pool = made(1) as WorkerPool<any>;
      const fn = (worker: any): any => worker.echo(1);
      for (const [wrong, error] of [
        [Number.NaN, RangeError],
        [Infinity, RangeError],
        ['1', TypeError],
        [null, TypeError],
      ] as const) {
        const priority = wrong as number;
        const says = /: priority must be a finite number, got (NaN|Infinity|'1'|null)$/;
        expect(() => pool.map(fn, { priority })).toThrowError(error, says);
        expect(() => pool.mapIterable([], fn, { priority })).toThrowError(error, says);
        const rejected = await reason(pool.run(fn, { priority }));
        expect(rejected).toBeInstanceOf(error);
        expect(rejected.message).toMatch(/^pool\.run: priority must be a finite number/);
      }
      expect(() => parallelMap((n: number) => n, 1, { priority: 1 })).toThrowError(
        TypeError,
        /^parallelMap: priority is for streams that share a pool/,
      );
    });
  });
}
