import { localPool } from '../../lib/index.ts';
import { ENGINE_POOL, type Pool } from '../../lib/pool/contract.ts';
import { poolExecutor } from '../../lib/stream/executor.ts';
import { resolveIterable } from '../../lib/stream/iterableOptions.ts';
import { iterate } from '../../lib/stream/deferredIterator.ts';

/** Pages fetch an iterator's code with the first one; where it is there already, it is as any other. */
describe('An iterator whose code is fetched when it is read', () => {
  const pool = localPool({ echo: (value: unknown) => value });
  const fn = (worker: any, value: unknown): unknown => worker.echo(value);
  const made = (source: unknown): AsyncIterableIterator<unknown, undefined> => {
    const resolved = resolveIterable('mapIterable', source, fn, undefined, false);
    const seen = (pool as unknown as { [ENGINE_POOL]: Pool })[ENGINE_POOL];
    return iterate(
      source,
      poolExecutor('parallelMapIterable', fn as never, seen, resolved),
      resolved,
      new Error('here'),
    );
  };
  const values = async (results: AsyncIterable<unknown>): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const value of results) all.push(value);
    return all;
  };

  it('asks an AsyncIterable for its iterator at once, and reads when it is read', async () => {
    const asked: string[] = [];
    const source = {
      [Symbol.asyncIterator]() {
        asked.push('iterator');
        let n = 0;
        return {
          next: async () => {
            asked.push('next');
            return n++ < 2 ? { done: false, value: n } : { done: true, value: undefined };
          },
        };
      },
    };
    const results = made(source);
    expect(asked).toEqual(['iterator']);
    expect(await values(results)).toEqual([1, 2]);
    expect(asked).toEqual(['iterator', 'next', 'next', 'next']);
  });

  it('rejects its first read if the source cannot be iterated', async () => {
    for (const falsy of [undefined, 0, new Error('no')]) {
      const results = made({
        [Symbol.asyncIterator]() {
          throw falsy;
        },
      });
      let thrown: unknown = 'nothing';
      await results.next().catch((error: unknown) => (thrown = error));
      expect(thrown).toBe(falsy);
      expect(await results.next()).toEqual({ done: true, value: undefined });
    }
  });

  it('answers in order what is asked before it is there', async () => {
    const results = made([undefined, 0, '']);
    const asked = [results.next(), results.next(), results.next(), results.next()];
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: undefined },
      { done: false, value: 0 },
      { done: false, value: '' },
      { done: true, value: undefined },
    ]);
  });

  it('closes a source that was never read', async () => {
    for (const way of ['return', 'throw'] as const) {
      let closed = 0;
      const results = made({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new Error('It was read')),
          return: async () => ({ done: true, value: closed++ }),
        }),
      });
      const end = results[way]!(0 as never);
      if (way === 'return') expect(await end).toEqual({ done: true, value: undefined });
      else await expectAsync(end).toBeRejectedWith(0);
      expect(closed).toBe(1);
    }
  });
});
