/** The async context in which a pool calls a user's functions: that of the subscriber, whatever else uses the pool. */
import { type Observable, Subject, finalize, from, lastValueFrom, range, take, tap, toArray } from 'rxjs';
import { type WorkerPool, parallelMap, parallelMapIterable, parallelMapUnordered } from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';

/** What a host has of the kind: `AsyncLocalStorage`, or zones. */
export interface Contexts {
  /** Called before each spec; returns what is called after it. */
  install(): () => void;
  run<T>(name: string, act: () => T): T;
  /** The name of the one that is entered; undefined outside. */
  current(): string | undefined;
  /** Whether what is waited for goes on in the context in which it is waited for. */
  readonly awaits: boolean;
}

type Pool = WorkerPool<ContractApi>;

export function contextContract(
  name: string,
  contexts: Contexts,
  make: (size: number) => { pool: Pool; end(): Promise<unknown> },
  /** `calls`: the pool knows its workers, and calls each. */
  { calls = true } = {},
): void {
  const { run, current } = contexts;

  describe(`${name}, by the contract of contexts,`, () => {
    let uninstall: () => void;
    let ends: (() => Promise<unknown>)[];
    /** Which callback was called in which context, each once. */
    let said: Set<string>;
    const say = (what: string): void => void said.add(`${what} in ${current()}`);
    const made = (size = 2): Pool => {
      const { pool, end } = make(size);
      ends.push(end);
      return pool;
    };
    beforeEach(() => {
      uninstall = contexts.install();
      ends = [];
      said = new Set();
    });
    afterEach(async () => {
      await Promise.all(ends.map((end) => end()));
      uninstall();
    });

    /** Subscribes in the context of that name; resolves when it is over. */
    const subscribed = (who: string, stream: Observable<unknown>): Promise<void> =>
      run(who, () => {
        const { promise, resolve } = settling();
        stream.subscribe({
          next: () => say(`next of ${who}`),
          error() {
            say(`error of ${who}`);
            resolve();
          },
          complete() {
            say(`complete of ${who}`);
            resolve();
          },
        });
        return promise;
      });

    for (const operator of [parallelMap, parallelMapUnordered])
      it(`each stream of ${operator.name} hears in its own, alone, after another and beside others`, async () => {
        const pool = made();
        const stream = (who: string, count: number): Promise<void> => {
          const fn = (worker: any, n: number): unknown => {
            say(`fn of ${who}`);
            return n === 400 ? worker.fail(n) : worker.echo(n);
          };
          return subscribed(who, range(0, count).pipe(operator(fn as never, pool as never)));
        };
        await stream('A', 300);
        await stream('B', 300);
        await Promise.all([stream('C', 200), stream('D', 300), stream('E', 500), stream('F', 200)]);
        const of = (who: string): string[] => ['fn', 'next', 'complete'].map((what) => `${what} of ${who} in ${who}`);
        const failing = ['fn of E in E', 'error of E in E'];
        // Its first results may have been held.
        said.delete('next of E in E');
        expect([...said].sort()).toEqual(['A', 'B', 'C', 'D', 'F'].flatMap(of).concat(failing).sort());
      });

    if (calls)
      it('a call on every worker is described in that of whoever calls', async () => {
        const pool = made();
        const describe = (worker: any): any => {
          say('fn');
          return worker.echo(1);
        };
        await run('A', () => pool.each(describe));
        expect([...said]).toEqual(['fn in A']);
      });

    it('what a source pushes from elsewhere, and what others do in theirs, changes nothing', async () => {
      const pool = made(1);
      const sources = { A: new Subject<number>(), B: new Subject<number>() };
      const heard = new Subject<string>();
      const streams = (['A', 'B'] as const).map((who) => {
        const fn = (worker: any, n: number): unknown => {
          say(`fn of ${who}`);
          return worker.later(n, 1);
        };
        const stream = sources[who].pipe(parallelMap(fn as never, pool as never));
        return subscribed(who, stream.pipe(tap(() => heard.next(who))));
      });
      const all = lastValueFrom(heard.pipe(take(10)));
      run('X', () => {
        for (let n = 0; n < 5; n++) for (const source of Object.values(sources)) source.next(n);
      });
      await all;
      // One that has the worker is ended, and makes room for the others.
      const taken = new Subject<number>();
      const begun = new Promise<void>((resolve) =>
        pool.events$.subscribe(({ type }) => type === 'task:start' && resolve()),
      );
      const left = run('Y', () => taken.pipe(parallelMap((worker) => worker.later(0, 20), pool)).subscribe());
      taken.next(0);
      await begun;
      sources.A.next(5);
      run('Z', () => left.unsubscribe());
      run('X', () => {
        sources.A.complete();
        sources.B.error('no');
      });
      await Promise.all(streams);
      const of = (who: string): string[] => ['fn', 'next'].map((what) => `${what} of ${who} in ${who}`);
      expect([...said].sort()).toEqual([...of('A'), ...of('B'), 'complete of A in A', 'error of B in B'].sort());
    });

    it('a source is ended in the context in which it was subscribed, though the pool is closed in another', async () => {
      const pool = made();
      const source = new Subject<number>();
      const began = new Subject<number>();
      const pulled = parallelSource(say);
      const first = lastValueFrom(began).catch(() => {});
      const pushes = subscribed(
        'A',
        source.pipe(
          finalize(() => say('teardown')),
          parallelMap((worker, n) => worker.echo(n), pool),
        ),
      );
      const results = run('B', () => parallelMapIterable(pulled, (worker, n) => worker.echo(n), pool));
      await results.next();
      began.complete();
      await first;
      await run('X', () => pool.close({ drain: false }));
      await pushes;
      await run('X', () => results.next().then(undefined, () => {}));
      expect([...said].sort()).toEqual(
        ['error of A in A', 'next in B', 'opened in B', 'return in B', 'teardown in A'].sort(),
      );
    });

    it('an iterator reads its source, and asks fn, in the context in which it was made, whoever pulls', async () => {
      const pool = made();
      await run('A', () => pool.run((worker) => worker.echo(1)));
      const fn = (worker: any, n: number): unknown => {
        say('fn');
        return worker.echo(n);
      };
      const results = run('B', () => parallelMapIterable(parallelSource(say), fn as never, pool as never));
      for (let n = 0; n < 300; n++) await run('X', () => results.next());
      await run('Y', () => results.return?.());
      expect([...said].sort()).toEqual(['fn in B', 'next in B', 'opened in B', 'return in B'].sort());
    });

    it('run asks fn in that of the call', async () => {
      const pool = made();
      const call = async (who: string): Promise<void> => {
        await pool.run((worker) => {
          say(`fn of ${who}`);
          return worker.echo(1);
        });
        if (contexts.awaits) say(`what follows ${who}`);
      };
      await run('A', () => call('A'));
      await Promise.all(['B', 'C', 'D', 'E'].map((who) => run(who, () => call(who))));
      const of = (who: string): string[] => [
        `fn of ${who} in ${who}`,
        ...(contexts.awaits ? [`what follows ${who} in ${who}`] : []),
      ];
      expect([...said].sort()).toEqual(['A', 'B', 'C', 'D', 'E'].flatMap(of).sort());
    });

    it('a listener to events is called in its own context', async () => {
      const pool = made();
      for (const who of ['A', 'B'])
        run(who, () =>
          pool.events$.subscribe({
            next: ({ type }) => say(`${type} of ${who}`),
            complete: () => say(`end of ${who}`),
          }),
        );
      await run('X', () =>
        lastValueFrom(
          from([1, 2]).pipe(
            parallelMap((worker, n) => worker.echo(n), pool),
            toArray(),
          ),
        ),
      );
      await run('Y', () => pool.close());
      expect([...said].filter((each) => !/ of A in A$| of B in B$/.test(each))).toEqual([]);
      for (const what of ['task:start of A in A', 'task:end of B in B', 'end of A in A']) expect(said).toContain(what);
    });
  });
}

/** Numbers, and what is done with them in which context. */
function parallelSource(say: (what: string) => void): AsyncIterable<number> {
  let n = 0;
  return {
    [Symbol.asyncIterator]() {
      say('opened');
      return {
        async next() {
          say('next');
          return { done: false, value: n++ };
        },
        async return() {
          say('return');
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function settling(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
