import { type Observable, lastValueFrom, map, range, toArray } from 'rxjs';
import { parallelMap } from '../../lib/index.ts';

const MANY = 3000;
const numbers = Array.from({ length: MANY }, (_, n) => n);
const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));

describe('An inline function', () => {
  it('has its stream ended where transfer gives no list, whatever onError says', async () => {
    for (const [transfer, message] of [
      [async () => [], /^parallelMap: transfer must not return a Promise$/],
      [() => new ArrayBuffer(1), /^parallelMap: transfer must return an array of what is moved, got a ArrayBuffer$/],
    ] as const) {
      const result = range(0, 3).pipe(parallelMap((n) => n, 1, { transfer: transfer as never, onError: 'skip' }));
      await expectAsync(all(result)).toBeRejectedWithError(TypeError, message);
    }
  });

  it('may return again what it keeps in globalThis: each result is as it was then', async () => {
    const views = range(0, MANY).pipe(
      parallelMap((n) => {
        const kept = globalThis as { out?: Float64Array };
        kept.out ??= new Float64Array(2);
        kept.out[0] = n;
        return kept.out;
      }, 1),
    );
    expect((await all(views)).map((out) => out[0])).toEqual(numbers);
    const objects = range(0, MANY / 10).pipe(
      parallelMap(async (n) => {
        const kept = globalThis as { list?: { n: number }[] };
        kept.list ??= [{ n }];
        await Promise.resolve();
        kept.list[0]!.n = n;
        return kept.list;
      }, 1),
    );
    expect((await all(objects)).map(([item]) => item!.n)).toEqual(numbers.slice(0, MANY / 10));
  });

  it('may change what its inputs share', async () => {
    const options = { tags: [] as number[] };
    const counts = range(0, MANY).pipe(
      map((n) => ({ n, options })),
      parallelMap((value) => value.options.tags.push(value.n), 1),
    );
    expect(await all(counts)).toEqual(numbers.map(() => 1));
    expect(options.tags).toEqual([]);
  });
});
