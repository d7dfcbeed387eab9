/** What every pool has to do about priorities, pauses and its size. */
import { from, map, range, tap } from 'rxjs';
import { PoolClosedError, type WorkerPool, parallelMap } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { all, beginning, reason } from './outcomes.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

type Pool = WorkerPool<ContractApi>;

/** `most`: the largest size of a pool of this kind; `grows`: whether new workers are in this process, and not on a machine. */
export function policyContract(made: (size: number) => Pool, most: number, grows: boolean): void {
  /** A pool whose only worker is busy until `free` is called. */
  async function busy(): Promise<{ pool: Pool; free: () => Promise<void> }> {
    const pool = made(1);
    const { channel, begun } = await beginning();
    const ended = pool.run((worker) => worker.untilReleased(channel));
    await begun;
    const free = async (): Promise<void> => {
      const said = new BroadcastChannel(channel);
      said.postMessage('end');
      expect(await ended).toBe('released');
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

  describe('pause', () => {
    it('lets nothing begin until resume; what runs ends', async () => {
      const { pool, free } = await busy();
      const said: unknown[] = [];
      const stream = all(
        range(0, 20).pipe(
          pool.mapUnordered((worker, n) => worker.echo(n)),
          tap((n) => said.push(n)),
        ),
      );
      pool.pause();
      const call = pool.run((worker) => worker.echo('call'));
      void call.then((value) => said.push(value));
      await free();
      expect(pool.stats()).toEqual(jasmine.objectContaining({ paused: true, running: 0, completed: 1 }));
      expect(said).toEqual([]);
      pool.resume();
      expect((await stream).toSorted((a, b) => a - b)).toEqual(numbers(20));
      expect(await call).toBe('call');
      expect(pool.stats().paused).toBeFalse();
    });

    for (const where of ['next', 'fn'] as const)
      it(`loses and repeats nothing, within ${where} as well`, async () => {
        const pool = made(2);
        const act = (at: string, n: number): void => {
          if (at !== where || n % 7 !== 3) return;
          pool.pause();
          setTimeout(() => pool.resume());
        };
        const stream = range(0, 100).pipe(
          pool.map((worker, n) => {
            act('fn', n);
            return n % 2 === 0 ? worker.echo(n) : worker.later(n, 1);
          }),
          tap((n) => act('next', n)),
        );
        expect(await all(stream)).toEqual(numbers(100));
        const pulled: number[] = [];
        for await (const n of pool.mapIterable(numbers(50), (worker, value) => {
          act('fn', value);
          return worker.echo(value);
        })) {
          act('next', n);
          pulled.push(n);
        }
        expect(pulled).toEqual(numbers(50));
      });

    it('may be asked for twice, and resume without it', async () => {
      const pool = made(1);
      pool.resume();
      pool.pause();
      pool.pause();
      pool.resume();
      expect(await pool.run((worker) => worker.echo(1))).toBe(1);
      pool.resume();
      expect(await pool.run((worker) => worker.echo(2))).toBe(2);
    });

    it('keeps nothing of those who leave meanwhile', async () => {
      const pool = made(1);
      pool.pause();
      let asked = 0;
      const subscription = range(0, 9)
        .pipe(
          pool.map((worker, n) => {
            asked++;
            return worker.echo(n);
          }),
        )
        .subscribe();
      subscription.unsubscribe();
      const given = new AbortController();
      const call = reason(pool.run((worker) => worker.echo(1), { signal: given.signal }));
      given.abort('enough');
      expect(await call).toBe('enough');
      pool.resume();
      expect(await pool.run((worker) => worker.echo(2))).toBe(2);
      expect(asked).toBe(0);
    });

    it('ends as its pool is closed, which delivers what waits', async () => {
      const pool = made(2);
      pool.pause();
      const stream = all(range(0, 9).pipe(pool.map((worker, n) => worker.echo(n))));
      const call = pool.run((worker) => worker.echo('call'));
      await pool.close();
      expect(await stream).toEqual(numbers(9));
      expect(await call).toBe('call');
      pool.pause();
      pool.resume();
      expect(pool.stats().paused).toBeFalse();
    });

    it('ends as its pool is closed at once', async () => {
      const pool = made(2);
      pool.pause();
      const call = reason(pool.run((worker) => worker.echo('call')));
      await pool.close({ drain: false });
      expect(await call).toBeInstanceOf(PoolClosedError);
    });
  });

  describe('resize', () => {
    it('takes an integer, at least 1', async () => {
      const pool = made(1);
      for (const [size, error] of [
        [0, RangeError],
        [1.5, RangeError],
        [Infinity, RangeError],
        ['2', TypeError],
        [null, TypeError],
        [undefined, TypeError],
      ] as const)
        expect(() => pool.resize(size as number))
          .withContext(String(size))
          .toThrowError(error, /^pool\.resize: size must be an integer, at least 1, got /);
      expect(pool.size).toBe(1);
      pool.resize(1);
      expect(await pool.run((worker) => worker.echo(1))).toBe(1);
    });

    it('loses and repeats nothing under load, within next and fn as well', async () => {
      const pool = made(3);
      const sizes = most === 1 ? [1] : [1, 4, 2, 3, 1, 5];
      let resized = 0;
      const resize = (): void => pool.resize(sizes[resized++ % sizes.length]!);
      let asked = 0;
      const stream = (prefix: string): Promise<unknown> =>
        all(
          range(0, 200).pipe(
            pool.map((worker, n) => {
              if (++asked % 50 === 0) resize();
              return n % 3 === 0 ? worker.later(`${prefix}${n}`, 1) : worker.echo(`${prefix}${n}`);
            }),
            tap((value) => value.endsWith('7') && resize()),
          ),
        );
      const results = await Promise.all(['a', 'b'].map(stream));
      expect(results).toEqual(['a', 'b'].map((prefix) => numbers(200).map((n) => `${prefix}${n}`)));
      expect(asked).toBe(400);
      resize();
      expect(pool.size).toBe(sizes[(resized - 1) % sizes.length]!);
      expect(await all(range(0, 9).pipe(pool.map((worker, n) => worker.echo(n))))).toEqual(numbers(9));
    });

    it('does no harm to a pool that is closed', async () => {
      const pool = made(1);
      const call = pool.run((worker) => worker.later(1, 1));
      const closed = pool.close();
      pool.resize(1);
      expect(await call).toBe(1);
      await closed;
      pool.resize(1);
    });

    if (grows)
      it('lets more begin at once', async () => {
        const { pool, free } = await busy();
        const { channel, begun } = await beginning();
        const ended = pool.run((worker) => worker.untilReleased(channel));
        pool.resize(2);
        await begun;
        expect(pool.size).toBe(2);
        const said = new BroadcastChannel(channel);
        said.postMessage('end');
        expect(await ended).toBe('released');
        said.close();
        await free();
      });

    if (most > 1)
      it('lets no more begin at once than it says', async () => {
        const pool = made(3);
        await all(range(0, 9).pipe(pool.map((worker, n) => worker.later(n, 1))));
        pool.resize(1);
        let running = 0;
        let mostRunning = 0;
        const listening = pool.events$.subscribe(({ type }) => {
          if (type === 'task:start') mostRunning = Math.max(mostRunning, ++running);
          if (type === 'task:end') running--;
        });
        await all(range(0, 20).pipe(pool.map((worker, n) => worker.later(n, 1), { batch: 1 })));
        listening.unsubscribe();
        expect(mostRunning).toBe(1);
      });
    else
      it('is refused where there is one thread', () => {
        expect(() => made(1).resize(2)).toThrowError(TypeError, /^pool\.resize: .* its size is 1$/);
      });
  });
}
