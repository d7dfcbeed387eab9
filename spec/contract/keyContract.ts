/** What `key` means on every pool: tasks of one key have the results of `concatMap`, and never run side by side. */
import fc from 'fast-check';
import { concatMap, from } from 'rxjs';
import {
  type Call,
  type PoolEvent,
  type Remote,
  type WorkerPool,
  parallelMap,
  parallelMapIterable,
  parallelMapUnordered,
} from '../../lib/index.ts';
import type { ContractApi } from './contractApi.ts';
import { lawPatience, lawRuns } from '../support/lawRuns.ts';
import { all } from './outcomes.ts';

interface Value {
  readonly at: number;
  readonly key: number;
  readonly ms: number;
  readonly fails: boolean;
}

const drawn = fc.record({
  values: fc.array(fc.record({ key: fc.nat(3), ms: fc.nat(3), fails: fc.nat(9).map((n) => n === 0) }), {
    minLength: 1,
    maxLength: 30,
  }),
  operator: fc.constantFrom(
    'parallelMap',
    'parallelMapUnordered',
    'parallelMapIterable',
    'parallelMapIterable in any order',
  ),
  window: fc.option(fc.constantFrom(1, 3, 20, Infinity), { nil: undefined }),
  concurrency: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
  onError: fc.constantFrom('settle', 'skip'),
  sticky: fc.boolean(),
} as const);

type Result = number | { readonly index: number; readonly status: string };

async function iterated<T>(results: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of results) values.push(value);
  return values;
}

export function keyContract(made: (size: number) => WorkerPool<ContractApi>, runs: number, mayStick: boolean): void {
  it('lets none of a key begin beside a task of it that is late, with key', async () => {
    expect(await saidOfLate(made(2))).toEqual(['late', 'ended', 'the next begins', 'rejected', 'fulfilled']);
  });

  const numRuns = lawRuns(runs);
  it(
    'gives each key what concatMap makes of its values, one after another, with key',
    async () => {
      const pool = made(3);
      await fc.assert(
        fc.asyncProperty(drawn, async ({ operator, values: listed, ...others }) => {
          const values: Value[] = listed.map((value, at) => ({ ...value, at }));
          const times = new Map<number, { start?: number; end?: number; worker?: number }>();
          const listening = pool.events$.subscribe((event: PoolEvent) => {
            if (event.type !== 'task:start' && event.type !== 'task:end') return;
            const of = times.get(event.index) ?? {};
            times.set(event.index, {
              ...of,
              worker: event.worker,
              [event.type === 'task:start' ? 'start' : 'end']: event.time,
            });
          });
          const sticky = mayStick && others.sticky;
          const options = { ...others, key: ({ key }: Value) => key, batch: 4, sticky };
          const results: Result[] = await (operator.startsWith('parallelMapIterable')
            ? iterated(
                parallelMapIterable(values, (worker, value) => act(worker, value), pool, {
                  ...options,
                  ordered: operator === 'parallelMapIterable',
                }),
              )
            : all(
                from(values).pipe(
                  (operator === 'parallelMap' ? parallelMap : parallelMapUnordered)(
                    (worker, value) => act(worker, value),
                    pool,
                    options,
                  ),
                ),
              ));
          listening.unsubscribe();
          const indexOf = (result: Result): number => (typeof result === 'number' ? result : result.index);
          for (const key of new Set(values.map((value) => value.key))) {
            const ofKey = values.filter((value) => value.key === key);
            const expected = await all(
              from(ofKey).pipe(concatMap(({ at, fails }) => (fails && others.onError === 'skip' ? [] : [at]))),
            );
            throwUnless(results.map(indexOf).filter((at) => values[at]!.key === key)).toEqual(expected);
            for (const [nth, { at }] of ofKey.entries()) {
              const before = ofKey[nth - 1];
              if (before === undefined) continue;
              if (sticky) throwUnless(times.get(at)!.worker).toBe(times.get(before.at)!.worker);
              throwUnless(times.get(at)!.start!)
                .withContext(`task ${at} after task ${before.at}`)
                .toBeGreaterThanOrEqual(times.get(before.at)!.end!);
            }
          }
          if (operator === 'parallelMap' || operator === 'parallelMapIterable')
            throwUnless(results.map(indexOf)).toEqual(results.map(indexOf).toSorted((a, b) => a - b));
        }),
        { numRuns },
      );
    },
    lawPatience(numRuns),
  );
}

/** What workers say while the first of two tasks of a key is late, and runs on until others had their chance. */
async function saidOfLate(pool: WorkerPool<ContractApi>): Promise<unknown[]> {
  const name = `late ${Math.random()}`;
  const channel = new BroadcastChannel(name);
  const said: unknown[] = [];
  let heardAll: (() => void) | undefined;
  const over = new Promise<void>((resolve) => (heardAll = resolve));
  channel.onmessage = async ({ data }) => {
    said.push(data);
    if (said.length === 3) heardAll!();
    if (data !== 'late') return;
    if (pool.size > 1) await pool.run((worker) => worker.echo('beside it'));
    channel.postMessage('end');
  };
  const options = { key: () => 'one', timeout: 150, terminateAfter: 60_000, onError: 'settle' } as const;
  const settled = await all(
    from([0, 1]).pipe(
      parallelMapUnordered(
        (worker, n) => (n === 0 ? worker.endsLate(name) : worker.says(name, 'the next begins')),
        pool,
        options,
      ),
    ),
  );
  await over;
  channel.close();
  return [...said, ...settled.map(({ status }) => status)];
}

const act = (worker: Remote<ContractApi>, { at, fails, ms }: Value): Call<any> =>
  fails ? worker.failLater(at) : worker.later(at, ms);
