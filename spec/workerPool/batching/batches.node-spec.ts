import { lastValueFrom, of, range, toArray } from 'rxjs';
import { Transfer, parallelMap, parallelMapIterable } from '../../../lib/index.ts';
import { FaultyPool } from '../../support/faulty.ts';

const TASKS = 2000;
const indices = [...Array(TASKS).keys()];

/** The replies of a worker to each of its messages, in the order in which they come. */
function repliesOf(worker: object): Map<number, number[]> {
  const replies = new Map<number, number[]>();
  const node = worker as { on(event: 'message', listener: (data: { id?: number; values?: unknown[] }) => void): void };
  node.on('message', ({ id, values }) => {
    if (id !== undefined && values !== undefined) replies.set(id, [...(replies.get(id) ?? []), values.length]);
  });
  return replies;
}

describe('Messages to workers', () => {
  it('carry one task at first, and at most twice as many as one before', async () => {
    await using faulty = new FaultyPool(2);
    await lastValueFrom(range(0, TASKS).pipe(parallelMap((worker, n) => worker.echo(n), faulty.pool)));
    const { sent } = faulty;
    expect(sent[0]).toBe(1);
    for (const [at, count] of sent.entries())
      expect(count).toBeLessThanOrEqual(2 * Math.max(0.5, ...sent.slice(0, at)));
    expect(Math.max(...sent)).toBeGreaterThan(50);
  });

  for (const batch of [1, 7])
    it(`carry no more than the option batch says (${batch})`, async () => {
      await using faulty = new FaultyPool(2);
      const results = range(0, TASKS).pipe(
        parallelMap((worker, n) => worker.echo(n), faulty.pool, { batch }),
        toArray(),
      );
      expect(await lastValueFrom(results)).toEqual(indices);
      expect(Math.max(...faulty.sent)).toBe(batch);
    });

  it('carry one task where each has its time', async () => {
    await using faulty = new FaultyPool(2);
    const options = { timeout: 10_000 };
    await lastValueFrom(range(0, 200).pipe(parallelMap((worker, n) => worker.echo(n), faulty.pool, options)));
    expect(new Set(faulty.sent)).toEqual(new Set([1]));
  });

  it('carry one task where its input is moved, among others that are not', async () => {
    await using faulty = new FaultyPool(1);
    const moves = (n: number): boolean => n > 1000 && n % 50 === 0;
    const results = range(0, TASKS).pipe(
      parallelMap((worker, n) => {
        if (!moves(n)) return worker.echo(n);
        const buffer = new ArrayBuffer(n);
        return worker.sizeOf(Transfer(buffer, [buffer]));
      }, faulty.pool),
      toArray(),
    );
    expect(await lastValueFrom(results)).toEqual(indices);
    expect(faulty.sent.filter((count) => count === 1).length).toBeGreaterThanOrEqual(indices.filter(moves).length);
  });

  for (const kind of ['primitives', 'objects'] as const)
    it(`carry many ${kind} of a generator, too`, async () => {
      await using faulty = new FaultyPool(2);
      const values = function* () {
        for (const n of indices) yield kind === 'objects' ? { n } : n;
      };
      const results: unknown[] = [];
      for await (const each of parallelMapIterable(values(), (worker, value) => worker.echo(value), faulty.pool))
        results.push(each);
      expect(results).toEqual([...values()]);
      expect(Math.max(...faulty.sent)).toBeGreaterThan(50);
      expect(faulty.workers.length).toBe(2);
    });

  it('do not wait: a lone value leaves in the same turn', async () => {
    await using faulty = new FaultyPool(1);
    const one = (value: string) =>
      lastValueFrom(of(value).pipe(parallelMap((worker, s) => worker.echo(s), faulty.pool)));
    await one('to bring the worker up');
    const before = faulty.sent.length;
    const result = one('alone');
    expect(faulty.sent.length).toBe(before + 1);
    expect(await result).toBe('alone');
  });

  it('carry few tasks where each is large', async () => {
    await using faulty = new FaultyPool(1);
    const megabytes = Array.from({ length: 20 }, (_, n) => new Uint8Array(4 * 2 ** 20).fill(n));
    const results = range(0, megabytes.length).pipe(
      parallelMap((worker, n) => worker.echo(megabytes[n]), faulty.pool),
      toArray(),
    );
    expect((await lastValueFrom(results)).map((bytes) => (bytes as Uint8Array)[5])).toEqual([...megabytes.keys()]);
    expect(Math.max(...faulty.sent)).toBeLessThan(4);
  });

  it('are answered in parts where they take long', async () => {
    await using faulty = new FaultyPool(1);
    await faulty.pool.run((worker) => worker.echo('to bring the worker up'));
    const replies = repliesOf(faulty.workers[0]!);
    const outcomes = await faulty.settle(range(0, 300), (worker, n) => (n < 250 ? worker.echo(n) : worker.busy(3)));
    expect(outcomes.map(({ index }) => index)).toEqual([...Array(300).keys()]);
    const longest = [...replies.values()].find((parts) => parts.length > 1);
    expect(longest).toBeDefined();
    // A reply may be the last, and empty only then.
    for (const parts of replies.values()) expect(parts.slice(0, -1)).not.toContain(0);
  });
});
